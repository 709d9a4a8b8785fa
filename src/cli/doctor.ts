import { Command } from 'commander'
import type { Check } from '../doctor/check.ts'

export const doctor = new Command('doctor')
  .description('Check the machine, the settings, Discord and Slack, and say what to do')
  .option('--fix', 'switch on what can be switched on from here: settings of the Discord application')
  .option('--json', 'print the checks as JSON')
  .action(async options => {
    const { diagnose } = await import('../doctor/diagnosis.ts')
    const checks = await diagnose({ fix: options.fix })
    if (options.json) console.log(JSON.stringify(checks, null, 2))
    else for (const check of checks) console.log(line(check))
    if (checks.some(check => check.status === 'problem')) process.exitCode = 1
  })

const marks = { ok: 'ok     ', note: 'note   ', problem: 'PROBLEM' }

function line({ name, status, found, advice }: Check): string {
  return `${marks[status]}  ${name.padEnd(11)}  ${found}${advice ? `\n${' '.repeat(22)}-> ${advice}` : ''}`
}

/**
 * The command `familiar`. Each subcommand is a file of src/cli; this one only collects them and turns what goes wrong
 * into one sentence and an exit code: 0 done, 1 an expected failure or a problem found, 2 a wrong command line.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { FamiliarError } from '../engine/errors.ts'
import { bench } from './cli/bench.ts'
import { concept } from './cli/concept.ts'
import { demo } from './cli/demo.ts'
import { doctor } from './cli/doctor.ts'
import { evaluate } from './cli/evaluate.ts'
import { model } from './cli/model.ts'
import { pretrain } from './cli/pretrain.ts'
import { slackApp } from './cli/slack-app.ts'
import { start } from './cli/start.ts'
import { projectRoot } from './config.ts'

/**
 * Runs one command line.
 *
 * @param argv the arguments after `familiar`
 * @returns the exit code
 */
export async function main(argv: string[]): Promise<number> {
  try {
    await createProgram().parseAsync(argv, { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    return report(error)
  }
}

function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
  const program = new Command('familiar')
    .description('A bot that learns a pet or a person from a few photos, and then talks about them and draws them')
    .version(version)
    .helpCommand(false)
    .addHelpText('after', '\nSettings are read from the environment and .env; .env.example explains them.')
  for (const command of [start, demo, doctor, slackApp, concept, model, evaluate, bench, pretrain])
    program.addCommand(command)
  strict(program)
  return program
}

/** commander does not hand its settings down to commands that are added ready-made. */
function strict(command: Command): void {
  command.exitOverride().configureOutput({
    outputError: (text, write) => {
      const sentence = text
        .replace(/^error: /, '')
        .trim()
        .replace(/\s*\n\s*/g, ' ')
      write(`familiar: ${sentence} (see: ${path(command)} --help)\n`)
    },
  })
  for (const sub of command.commands) strict(sub)
}

function path(command: Command): string {
  return command.parent ? `${path(command.parent)} ${command.name()}` : command.name()
}

function report(error: unknown): number {
  // commander has already written its sentence, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  // An interrupted command has already set its exit code.
  if (error instanceof Error && error.name === 'AbortError') return Number(process.exitCode ?? 130)
  const message = error instanceof Error ? error.message : String(error)
  const sentence =
    error instanceof FamiliarError ? message : `this should not have happened, DEBUG=1 shows where: ${message}`
  process.stderr.write(`familiar: ${sentence}\n`)
  if (process.env.DEBUG && error instanceof Error) console.error(error)
  return 1
}

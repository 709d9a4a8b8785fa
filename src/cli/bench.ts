import { Command, Option } from 'commander'
import { parts } from '../bench/index.ts'
import { loadConfig } from '../config.ts'
import { interruptible } from './interrupt.ts'

export const bench = new Command('bench')
  .description('Measure learning, decoding, replies, and how soon Discord and Slack are answered on this machine')
  .option('--json <file>', 'also write the measurements as JSON')
  .addOption(new Option('--only <part>', 'measure this part alone').choices([...parts]))
  .action(async options => {
    const { model, device } = loadConfig()
    const { runBench } = await import('../bench/index.ts')
    await interruptible(signal => runBench({ ...options, model, device, signal }))
  })

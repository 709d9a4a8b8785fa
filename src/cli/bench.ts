import { Command, Option } from 'commander'
import { parts } from '../bench/index.ts'
import { interruptible } from './interrupt.ts'
import { loadConfigWith, obtainFolder, weightedFolder, withModelOptions } from './model/run-options.ts'

export const bench = withModelOptions(new Command('bench'))
  .description('Measure learning, decoding, replies, and how soon Discord and Slack are answered on this machine')
  .option('--json <file>', 'also write the measurements as JSON')
  .addOption(new Option('--only <part>', 'measure this part alone').choices([...parts]))
  .action(async options => {
    const config = loadConfigWith(options)
    const { runBench } = await import('../bench/index.ts')
    await interruptible(async signal => {
      const model = await weightedFolder(config, await obtainFolder(config, options, signal), signal)
      await runBench({ ...options, model, device: config.device, signal })
    })
  })

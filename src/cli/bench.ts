import { Command } from 'commander'
import { interruptible } from './interrupt.ts'
import { loadConfigWith, obtainFolder, weightedFolder, withModelOptions } from './model/run-options.ts'

export const bench = withModelOptions(new Command('bench'))
  .description('Measure learning, decoding and replies against what this machine can do')
  .option('--json <file>', 'also write the measurements as JSON')
  .action(async options => {
    const config = loadConfigWith(options)
    const { runBench } = await import('../../engine/bench/index.ts')
    await interruptible(async signal => {
      const model = await weightedFolder(config, await obtainFolder(config, options, signal), signal)
      await runBench({ ...options, model, device: config.device, signal })
    })
  })

import { Command, Option } from 'commander'
import { parts } from '../bench/index.ts'
import { interruptible } from './interrupt.ts'
import { loadConfigWith, obtainFolder, weightedFolder, withModelOptions } from './model/run-options.ts'

export const bench = withModelOptions(new Command('bench'))
  .description('Measure learning, decoding, replies, and how soon Discord and Slack are answered on this machine')
  .option('--json <file>', 'also write the measurements as JSON')
  .addOption(new Option('--only <part>', 'measure this part alone').choices([...parts]))
  .addOption(
    new Option(
      '--random-weights [folder]',
      'measure a model of its real size filled with noise, written to this folder or a temporary one; WEIGHTS picks one kind',
    ).conflicts('only'),
  )
  .action(async options => {
    const config = loadConfigWith(options)
    const { runBench, runFullSizeBench } = await import('../bench/index.ts')
    if (options.randomWeights !== undefined) {
      const keepIn = typeof options.randomWeights === 'string' ? options.randomWeights : undefined
      const { device, model } = config
      const given = { json: options.json, model, weights: config.weights.kind, device, keepIn }
      await interruptible(signal => runFullSizeBench({ ...given, signal }))
      return
    }
    await interruptible(async signal => {
      const model = await weightedFolder(config, await obtainFolder(config, options, signal), signal)
      await runBench({ ...options, model, device: config.device, signal })
    })
  })

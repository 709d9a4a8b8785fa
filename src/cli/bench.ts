import { Command, Option } from 'commander'
import { parts } from '../bench/index.ts'
import { interruptible } from './interrupt.ts'
import { loadConfigWith, obtainFolder, weightedModel, withModelOptions } from './model/run-options.ts'

export const bench = withModelOptions(new Command('bench'))
  .description('Measure learning, decoding, replies, and how soon Discord and Slack are answered on this machine')
  .option('--json <file>', 'also write the measurements as JSON')
  .addOption(
    new Option(
      '--only <part>',
      'measure this part alone; memory is what learning takes, of a model with --random-weights',
    ).choices([...parts]),
  )
  .addOption(
    new Option(
      '--random-weights [folder]',
      'measure a model of its real size filled with noise, written to this folder or a temporary one; WEIGHTS picks one kind',
    ),
  )
  .action(async (options, command: Command) => {
    if (options.only !== undefined && (options.only === 'memory') !== (options.randomWeights !== undefined))
      command.error("error: '--only memory' goes with '--random-weights', and no other part does")
    const config = loadConfigWith(options)
    const { runBench, runFullSizeBench } = await import('../bench/index.ts')
    if (options.randomWeights !== undefined) {
      const keepIn = typeof options.randomWeights === 'string' ? options.randomWeights : undefined
      const { device, model } = config
      const { json, only } = options
      const given = { json, only, model, weights: config.weights.kind, device, keepIn }
      await interruptible(signal => runFullSizeBench({ ...given, signal }))
      return
    }
    await interruptible(async signal => {
      const { folder, kind, halves } = await weightedModel(config, await obtainFolder(config, options, signal), signal)
      const { device, weights, dataDir } = config
      const model = { folder, kind, halves }
      const { json, only } = options
      await runBench({ json, only, model, modelName: config.model.name, weights, device, dataDir, signal })
    })
  })

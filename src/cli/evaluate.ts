import { Command } from 'commander'
import { interruptible } from './interrupt.ts'
import { loadConfigWith, obtainFolder, weightedModel, withModelOptions } from './model/run-options.ts'
import { wholeNumber } from './options.ts'

const base = withModelOptions(new Command('base'))
  .description('Score the model itself on scenes it never saw')
  .option('--seed <number>', 'which scenes are drawn', wholeNumber(0), 1)
  .option('--sheet <file>', 'also write a PNG of 24 prompts beside what the model drew')
  .option('--json <file>', 'also write the scores as JSON')
  .action(async options => {
    const config = loadConfigWith(options)
    const { evaluateBase } = await import('../../engine/evaluation/base.ts')
    await interruptible(async signal => {
      const { folder: model, halves } = await weightedModel(config, await obtainFolder(config, options, signal), signal)
      await evaluateBase({ ...options, model, halves, device: config.device, signal })
    })
  })

const concepts = withModelOptions(new Command('concepts'))
  .description('Teach fresh subjects from 4 pictures each and score them on pictures never taught')
  .option('--subjects <number>', 'how many subjects', wholeNumber(1), 10)
  .option('--seed <number>', 'which subjects and pictures are drawn', wholeNumber(0), 1)
  .option('--json <file>', 'also write the scores as JSON')
  .action(async options => {
    const config = loadConfigWith(options)
    const { evaluateConcepts } = await import('../../engine/evaluation/concepts.ts')
    await interruptible(async signal => {
      const { folder: model, halves } = await weightedModel(config, await obtainFolder(config, options, signal), signal)
      await evaluateConcepts({ ...options, model, halves, device: config.device, signal })
    })
  })

export const evaluate = new Command('evaluate')
  .description('Score the model, or what it learns, on drawn scenes')
  .addCommand(base)
  .addCommand(concepts)

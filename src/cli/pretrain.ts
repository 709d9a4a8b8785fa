import { Argument, Command } from 'commander'
import { FamiliarError } from '../../engine/errors.ts'
import { loadConfig } from '../config.ts'
import { interruptible } from './interrupt.ts'
import { positiveNumber, wholeNumber } from './options.ts'

export const pretrain = new Command('pretrain')
  .description('Train the built-in model from nothing: first its picture tokeniser, then its decoder')
  .addArgument(new Argument('[part]', 'train this part only').choices(['tokenizer', 'decoder']))
  .option('--minutes <number>', 'stop in order after this many minutes', positiveNumber)
  .option('--resume', 'go on from the last checkpoint')
  .option(
    '--average <checkpoints...>',
    'train nothing: the decoder becomes the mean of these checkpoints of its training',
  )
  .option('--seed <number>', 'everything random follows from it', wholeNumber(0), 1)
  .action(async (part, options) => {
    const { model, device } = loadConfig()
    if (model.hub) {
      const message = `Expected MODEL to be storybook or a folder to train but received "${model.name}"`
      throw new FamiliarError('BAD_CONFIG', message)
    }
    const { pretrain } = await import('../../engine/storybook/pretraining/index.ts')
    await interruptible(signal => pretrain({ part, ...options, model: model.folder, device, signal }))
  })

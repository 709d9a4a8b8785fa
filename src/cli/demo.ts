import { Command } from 'commander'
import { interruptible } from './interrupt.ts'
import { loadConfigWith, obtainFolder, withModelOptions } from './model/run-options.ts'
import { wholeNumber } from './options.ts'

export const demo = withModelOptions(new Command('demo'))
  .description('Teach a drawn pet from 4 pictures, then ask five questions about it, one of them for a drawing')
  .option('--photos <folder>', 'teach from the 3 to 5 pictures in this folder instead')
  .option('--name <name>', 'what the subject is called')
  .option('--seed <number>', 'everything random follows from it', wholeNumber(0), 1)
  .option('--out <folder>', 'where the drawings go (default: DATA_DIR/demo)')
  .option('--json', 'print the story as JSON')
  .action(async options => {
    const config = loadConfigWith(options)
    const { runDemo } = await import('../demo.ts')
    await interruptible(async signal => {
      await obtainFolder(config, options, signal)
      await runDemo({ ...options, config, signal })
    })
  })

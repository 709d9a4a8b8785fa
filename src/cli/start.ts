import { Command } from 'commander'
import { demo } from './demo.ts'

export const start = new Command('start')
  .description('Start Familiar; there is no chat page yet, so this shows the demo')
  .action(async () => {
    await demo.parseAsync([], { from: 'user' })
  })

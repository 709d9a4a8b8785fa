import { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { interruptible } from './interrupt.ts'

export const start = new Command('start')
  .description('Start Familiar: a chat page on this machine')
  .action(async () => {
    const config = loadConfig()
    const { startFamiliar } = await import('../familiar.ts')
    await interruptible(async signal => {
      const familiar = await startFamiliar(config)
      console.log(`Familiar is here: ${familiar.page}`)
      console.log(`Model ${familiar.model} on ${familiar.device}. Stop with Ctrl-C.`)
      await new Promise<void>(resolve => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      await familiar.close()
      // Stopping is how this ends.
      process.exitCode = 0
    })
  })

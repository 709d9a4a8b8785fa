import { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { interruptible } from './interrupt.ts'

export const bench = new Command('bench')
  .description('Measure learning, decoding and replies against what this machine can do')
  .option('--json <file>', 'also write the measurements as JSON')
  .action(async options => {
    const config = loadConfig()
    const { runBench } = await import('../../engine/bench/index.ts')
    await interruptible(signal => runBench({ ...options, model: config.model, device: config.device, signal }))
  })

import { Command } from 'commander'
import { loadConfig } from '../config.ts'

const probe = new Command('probe')
  .description('Run a model on given tensors, for whoever adds or checks one')
  .argument('<folder>', 'the model: config.json and safetensors files')
  .requiredOption('--input <file>', 'safetensors: ids, rows, row_positions, labels, image, codes')
  .requiredOption('--output <file>', 'safetensors: logits, loss, grad_rows, image_codes, pixels')
  .action(async (folder, options) => {
    const { device } = loadConfig()
    const { probe } = await import('../../engine/models/chameleon/probe.ts')
    await probe({ folder, input: options.input, output: options.output, device })
  })

export const model = new Command('model').description('Look into a model folder').addCommand(probe)

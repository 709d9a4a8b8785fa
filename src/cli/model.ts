import { Command } from 'commander'
import { openCheckpoint } from '../../engine/checkpoints/checkpoint.ts'
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

const info = new Command('info')
  .description('Show what a model folder holds')
  .argument('[folder]', 'the model (default: MODEL)')
  .option('--json', 'print JSON')
  .action(async (folder = loadConfig().model, options) => {
    const checkpoint = await openCheckpoint(folder)
    const tensors = [...checkpoint.keys()].map(key => checkpoint.tensor(key))
    const facts = {
      folder: checkpoint.folder,
      tensors: tensors.length,
      parameters: tensors.reduce((sum, { shape }) => sum + shape.reduce((size, length) => size * length, 1), 0),
      bytes: tensors.reduce((sum, { byteLength }) => sum + byteLength, 0),
      dtypes: [...new Set(tensors.map(({ dtype }) => dtype))].sort(),
    }
    if (options.json) return console.log(JSON.stringify(facts, null, 2))
    for (const [key, value] of Object.entries(facts)) console.log(`${key.padEnd(12)} ${value}`)
  })

export const model = new Command('model').description('Look into a model folder').addCommand(info).addCommand(probe)

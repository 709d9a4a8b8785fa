import { Command } from 'commander'
import { openCheckpoint } from '../../engine/checkpoints/checkpoint.ts'
import { hubSettings } from '../../engine/checkpoints/hub/settings.ts'
import { requireModel } from '../../engine/models/obtain.ts'
import { loadConfig } from '../config.ts'
import { environment } from './model/environment.ts'
import { list } from './model/list.ts'
import { modelArgument, namedModel } from './model/model-argument.ts'
import { path } from './model/path.ts'
import { pull } from './model/pull.ts'
import { remove } from './model/remove.ts'

const probe = new Command('probe')
  .description('Run a model on given tensors, for whoever adds or checks one')
  .argument('<folder>', 'the model: config.json and safetensors files')
  .requiredOption(
    '--input <file>',
    'safetensors: ids, rows, row_positions, labels, image, codes, pixel_values; metadata: mode',
  )
  .requiredOption('--output <file>', 'safetensors: logits, loss, grad_rows, image_codes, pixels, vision')
  .action(async (folder, options) => {
    const { device } = loadConfig()
    const { architectureOf } = await import('../../engine/models/architectures.ts')
    const architecture = await architectureOf(folder)
    await architecture.probe({ folder, input: options.input, output: options.output, device })
  })

const info = new Command('info')
  .description('Show what a model folder holds')
  .argument(...modelArgument)
  .option('--json', 'print JSON')
  .action(async (model, options) => {
    const variables = environment()
    const source = namedModel(model, variables)
    const checkpoint = await openCheckpoint(await requireModel(source, hubSettings(variables)))
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

export const model = new Command('model')
  .description('Download models, list and remove them, and look into a model folder')
  .addCommand(pull)
  .addCommand(list)
  .addCommand(path)
  .addCommand(remove)
  .addCommand(info)
  .addCommand(probe)

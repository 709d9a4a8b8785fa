import { Command, Option } from 'commander'
import { openCheckpoint } from '../../engine/checkpoints/checkpoint.ts'
import { hubSettings } from '../../engine/checkpoints/hub/settings.ts'
import { requireModel } from '../../engine/models/obtain.ts'
import { devices, loadConfig } from '../config.ts'
import { readUsedMemory } from '../memory-use.ts'
import { dataDirOf, environment } from './model/environment.ts'
import { list } from './model/list.ts'
import { memoryFacts, memoryTable } from './model/memory.ts'
import { modelArgument, namedModel } from './model/model-argument.ts'
import { path } from './model/path.ts'
import { pull } from './model/pull.ts'
import { remove } from './model/remove.ts'
import { besidePlan, usedTable } from './model/used-memory.ts'

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
  .description(
    'Show what a model folder holds, and how much memory it takes with each kind of weights, beside what was used of late',
  )
  .argument(...modelArgument)
  .addOption(new Option('--device <device>', 'whose memory to plan with').choices(devices).default('cpu'))
  .option('--json', 'print JSON')
  .action(async (model, options) => {
    const variables = environment()
    const source = namedModel(model, variables)
    const folder = await requireModel(source, hubSettings(variables))
    const checkpoint = await openCheckpoint(folder)
    const tensors = [...checkpoint.keys()].map(key => checkpoint.tensor(key))
    const facts = {
      folder: checkpoint.folder,
      tensors: tensors.length,
      parameters: tensors.reduce((sum, { shape }) => sum + shape.reduce((size, length) => size * length, 1), 0),
      bytes: tensors.reduce((sum, { byteLength }) => sum + byteLength, 0),
      dtypes: [...new Set(tensors.map(({ dtype }) => dtype))].sort(),
    }
    const memory = await memoryFacts(folder, options.device)
    const used = (await readUsedMemory(dataDirOf(variables))).filter(each => each.model === source.name)
    if (options.json) {
      const planned = memory && { ...memory, used: besidePlan(memory, used) }
      return console.log(JSON.stringify({ ...facts, memory: planned }, null, 2))
    }
    for (const [key, value] of Object.entries(facts)) console.log(`${key.padEnd(12)} ${value}`)
    if (memory) for (const line of [...memoryTable(memory), ...usedTable(memory, used)]) console.log(line)
  })

export const model = new Command('model')
  .description('Download models, list and remove them, and look into a model folder')
  .addCommand(pull)
  .addCommand(list)
  .addCommand(path)
  .addCommand(remove)
  .addCommand(info)
  .addCommand(probe)

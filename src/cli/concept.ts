import { copyFile, constants as fs, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Command } from 'commander'
import { openSafetensors, type SafetensorsFile } from '../../engine/checkpoints/safetensors.ts'
import { FamiliarError } from '../../engine/errors.ts'
import { loadConfig } from '../config.ts'

/** What a concept file says of itself: its rows' shape and the metadata that the lesson left. */
interface ConceptSummary {
  file: string
  /** Learned rows (k + 1) and their width. */
  rows: number
  width: number
  metadata: Readonly<Record<string, string>>
}

const extension = '.safetensors'

const list = new Command('list')
  .description('List what has been learned')
  .argument('[folder]', 'where the concept files are (default: DATA_DIR/concepts)')
  .option('--json', 'print JSON')
  .action(async (folder = defaultFolder(), options) => {
    const names = await readdir(folder).catch(error => {
      if (error.code === 'ENOENT' && folder === defaultFolder()) return []
      throw new FamiliarError('FOLDER_NOT_FOUND', `Expected a folder of concept files at ${folder} but found none`)
    })
    const files = names.filter(name => name.endsWith(extension)).sort()
    const summaries = await Promise.all(files.map(name => readSummary(join(folder, name))))
    if (options.json) return console.log(JSON.stringify(summaries, null, 2))
    for (const { file, rows, width } of summaries) console.log(`${basename(file, extension)}  ${rows} rows of ${width}`)
    if (summaries.length === 0) console.log(`Nothing has been learned in ${folder}`)
  })

const show = new Command('show')
  .description('Show what a concept file says of itself')
  .argument('<concept>', 'a name from the list, or a file')
  .option('--json', 'print JSON')
  .action(async (concept, options) => {
    const summary = await readSummary(locate(concept))
    if (options.json) return console.log(JSON.stringify(summary, null, 2))
    const { metadata, ...facts } = summary
    for (const [key, value] of Object.entries({ ...facts, ...metadata })) console.log(`${key.padEnd(20)} ${value}`)
  })

const exportConcept = new Command('export')
  .description('Copy a concept to a file, to keep it or to take it to another machine')
  .argument('<concept>', 'a name from the list, or a file')
  .argument('<file>', 'the copy')
  .option('--force', 'replace the file if it exists')
  .action(async (concept, file, options) => {
    const source = locate(concept)
    await readSummary(source)
    await copyFile(source, file, options.force ? 0 : fs.COPYFILE_EXCL).catch(cause => {
      const reason = cause.code === 'EEXIST' ? 'a file that exists (--force replaces it)' : cause.message
      throw new FamiliarError('CANNOT_WRITE', `Expected to write a new file at ${file} but received ${reason}`, {
        cause,
      })
    })
    console.log(file)
  })

export const concept = new Command('concept')
  .description('List, show and export what has been learned')
  .addCommand(list)
  .addCommand(show)
  .addCommand(exportConcept)

function defaultFolder(): string {
  return join(loadConfig().dataDir, 'concepts')
}

function locate(concept: string): string {
  return concept.endsWith(extension) ? concept : join(defaultFolder(), `${concept}${extension}`)
}

async function readSummary(path: string): Promise<ConceptSummary> {
  const file = await openSafetensors(path)
  const [rows, width] = shapeOf(file, 'embedding')
  shapeOf(file, 'head')
  return { file: path, rows, width, metadata: file.metadata }
}

function shapeOf(file: SafetensorsFile, name: string): [number, number] {
  const shape = file.tensors.get(name)?.shape ?? []
  if (shape.length === 2) return shape as [number, number]
  const found = shape.length === 0 ? 'nothing by that name' : `shape [${shape}]`
  throw new FamiliarError(
    'BAD_CONCEPT',
    `Expected rows named "${name}" in the concept file ${file.path} but received ${found}`,
  )
}

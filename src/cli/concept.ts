import { copyFile, constants as fs, readdir } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { openCheckpoint } from '../../engine/checkpoints/checkpoint.ts'
import type { Concept } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import { readConcept, requireSameModel } from '../../engine/learning/concept-file.ts'
import { requireModel } from '../../engine/models/obtain.ts'
import { loadConfig } from '../config.ts'

/** What there is to read in a concept: everything but the rows. */
type ConceptSummary = { file: string } & Omit<Concept, 'embedding' | 'head'>

const extension = '.safetensors'

const list = new Command('list')
  .description('List what has been learned')
  .argument('[folder]', 'where the concept files are (default: DATA_DIR/concepts)')
  .option('--json', 'print JSON')
  .action(async (folder = defaultFolder(), options) => {
    const names = await readdir(folder, { recursive: true }).catch(error => {
      if (error.code === 'ENOENT' && folder === defaultFolder()) return []
      throw new FamiliarError('FOLDER_NOT_FOUND', `Expected a folder of concept files at ${folder} but found none`)
    })
    const files = names.filter(name => name.endsWith(extension)).sort()
    const found = await Promise.all(files.map(name => readOrProblem(join(folder, name))))
    if (options.json) return console.log(JSON.stringify(found, null, 2))
    const id = ({ file }: { file: string }) => relative(folder, file).slice(0, -extension.length)
    for (const item of found) console.log(`${id(item)}  ${'problem' in item ? item.problem : line(item)}`)
    if (found.length === 0) console.log(`Nothing has been learned in ${folder}`)
  })

const show = new Command('show')
  .description('Show what a concept file says of itself')
  .argument('<concept>', 'a name from the list, or a file')
  .option('--json', 'print JSON')
  .action(async (concept, options) => {
    const summary = await readSummary(locate(concept))
    if (options.json) return console.log(JSON.stringify(summary, null, 2))
    const { start, kept } = summary.scores
    const facts = {
      file: summary.file,
      name: summary.name,
      kind: summary.kind,
      'base model': summary.modelFingerprint,
      rows: `${1 + 2 * summary.tokens} of ${summary.width} (an identifier, ${summary.tokens} for drawing, ${summary.tokens} for understanding)`,
      description: summary.description,
      threshold: summary.threshold,
      recognition: `${percent(kept.recognition)} (${percent(start.recognition)} before the first step)`,
      loss: `${kept.loss.toFixed(3)} (${start.loss.toFixed(3)} before the first step)`,
      recipe: Object.entries(summary.recipe)
        .map(([key, value]) => `${key} ${value}`)
        .join(', '),
    }
    for (const [key, value] of Object.entries(facts)) console.log(`${key.padEnd(12)} ${value}`)
  })

const check = new Command('check')
  .description('Read a concept file whole and say whether anything is wrong with it')
  .argument('<concept>', 'a name from the list, or a file')
  .option('--model <folder>', 'also check that it was learned on this model')
  .action(async (concept, options) => {
    const { file, ...learned } = await readSummary(locate(concept))
    if (options.model) {
      const fingerprint = await (await openCheckpoint(options.model)).fingerprint()
      requireSameModel(learned, { name: basename(resolve(options.model)), fingerprint })
    }
    console.log(`${file} is a whole concept file: ${learned.name}, a ${learned.kind}`)
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

const importConceptFile = new Command('import')
  .description('Add a concept file to what a running Familiar knows; it must not run meanwhile')
  .argument('<file>', 'a concept file, learned on the same model')
  .option('--tenant <tenant>', 'where it is to be known, as platform:workspace', 'web:local')
  .option('--owner <id>', 'id of the person to whom it shall belong', 'you')
  .option('--owner-name <name>', 'and how they are called', 'You')
  .option('--depicts <id>', 'of a person: id of the member it shows, who has agreed to it')
  .option('--replace', 'take the place of a concept of the same name')
  .action(async (file, { tenant, owner, ownerName, depicts, replace }) => {
    const { dataDir, storeUrl, model: source, hub } = loadConfig()
    const { openStorage } = await import('../storage/storage.ts')
    const { createLibrary } = await import('../concepts/stored-library.ts')
    const { importConcept } = await import('../concepts/import.ts')
    const checkpoint = await openCheckpoint(await requireModel(source, hub))
    const model = { name: source.name, fingerprint: await checkpoint.fingerprint() }
    const storage = await openStorage({ dataDir, url: storeUrl })
    try {
      const library = await createLibrary(storage, model.fingerprint)
      const record = await importConcept(library, tenant, file, {
        owner: { id: owner, name: ownerName },
        model,
        depicts,
        replace,
      })
      console.log(`${record.name} is known in ${tenant}`)
    } finally {
      await storage.close()
    }
  })

export const concept = new Command('concept')
  .description('List, show, check, export and import what has been learned')
  .addCommand(list)
  .addCommand(show)
  .addCommand(check)
  .addCommand(exportConcept)
  .addCommand(importConceptFile)

function defaultFolder(): string {
  return join(loadConfig().dataDir, 'concepts')
}

function locate(concept: string): string {
  return concept.endsWith(extension) ? concept : join(defaultFolder(), `${concept}${extension}`)
}

async function readSummary(path: string): Promise<ConceptSummary> {
  const { embedding, head, ...rest } = await readConcept(path)
  return { file: resolve(path), ...rest }
}

/** One damaged file does not keep the others from being listed. */
async function readOrProblem(path: string): Promise<ConceptSummary | { file: string; problem: string }> {
  try {
    return await readSummary(path)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    return { file: resolve(path), problem: error.message }
  }
}

const line = (summary: ConceptSummary) =>
  `${summary.name}, ${summary.kind}, recognition ${percent(summary.scores.kept.recognition)}`

const percent = (share: number) => `${Math.round(share * 100)} %`

import { resolve } from 'node:path'
import { Command } from 'commander'
import { convertedFolder } from '../../../engine/checkpoints/conversion/convert-checkpoint.ts'
import { readableBytes } from '../../../engine/checkpoints/hub/bytes.ts'
import { RepositoryCache } from '../../../engine/checkpoints/hub/cache.ts'
import { planRemoval, removeModel } from '../../../engine/checkpoints/hub/remove.ts'
import { type HubSettings, hubSettings } from '../../../engine/checkpoints/hub/settings.ts'
import { FamiliarError } from '../../../engine/errors.ts'
import { type ConvertedWeights, convertedOf, listConverted, removeConverted } from '../../../engine/models/converted.ts'
import { type ModelSource, resolveModel } from '../../../engine/models/resolve.ts'
import { ask } from './ask.ts'
import { environment } from './environment.ts'

export const remove = new Command('remove')
  .description(
    'Delete a downloaded model from the Hugging Face cache, which other programs use too, and what was written of it in other forms; of a folder, the latter alone',
  )
  .argument('<model>', 'a registered name, a hub id (owner/name) or a folder')
  .option('--yes', 'do not ask')
  .option('--json', 'print JSON')
  .action(async (model, { yes, json }) => {
    const settings = hubSettings(environment())
    const all = await listConverted(convertedFolder(settings.cacheFolder))
    const gone = all.filter(({ source }) => source === resolve(model))
    // The folder may be no more.
    const source: ModelSource = gone.length > 0 ? { name: model, folder: resolve(model) } : resolveModel(model)
    const converted = source.hub
      ? await convertedOfHub(settings, source.hub, all)
      : await convertedOf(source.folder, all)
    const { paths, bytes } = source.hub ? await planRemoval(settings, source.hub) : { paths: [], bytes: 0 }
    if (paths.length + converted.length === 0) throw nothingOf(source, settings)

    const more = converted.reduce((sum, weights) => sum + weights.bytes, 0)
    const forms = converted.map(({ kind }) => kind).join(', ')
    const what = [
      ...(paths.length > 0
        ? [`${source.name} (${readableBytes(bytes)}) from ${settings.cacheFolder}, for other programs too`]
        : []),
      ...(converted.length > 0 ? [`what was written of ${source.name} in ${forms} (${readableBytes(more)})`] : []),
    ]
    if (!yes && !(await ask(`Delete ${what.join(', and ')}?`)))
      throw new FamiliarError('NOT_REMOVED', `Expected a yes to deleting ${source.name}, or --yes, but received none`)
    const removed = source.hub && paths.length > 0 ? await removeModel(settings, source.hub) : { paths: [], bytes: 0 }
    for (const weights of converted) await removeConverted(weights)
    const facts = {
      name: source.name,
      paths: [...removed.paths, ...converted.map(({ folder }) => folder)],
      bytes: removed.bytes + more,
    }
    if (json) return console.log(JSON.stringify(facts, null, 2))
    const deleted = paths.length > 0 ? source.name : `What was written of ${source.name} in ${forms}`
    console.log(`${deleted} is deleted: ${readableBytes(facts.bytes)} are free again`)
  })

/** Of the revision alone, whether it is there whole, in part or no more. */
async function convertedOfHub(
  settings: HubSettings,
  { repository, revision }: NonNullable<ModelSource['hub']>,
  all: readonly ConvertedWeights[],
): Promise<ConvertedWeights[]> {
  const cache = new RepositoryCache(settings, repository)
  const commit = await cache.commitOf(revision)
  return commit ? convertedOf(cache.snapshot(commit), all) : []
}

function nothingOf({ name, hub, folder, registered }: ModelSource, { cacheFolder }: HubSettings): FamiliarError {
  if (hub) return new FamiliarError('NOT_DOWNLOADED', `Expected ${name} in ${cacheFolder} but there is nothing of it`)
  const what = registered ? 'one that is built in' : `the folder ${folder}`
  return new FamiliarError('NOT_DOWNLOADED', `Expected a downloaded model but received ${what}, which is not removed`)
}

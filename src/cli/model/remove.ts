import { Command } from 'commander'
import { readableBytes } from '../../../engine/checkpoints/hub/bytes.ts'
import { planRemoval, removeModel } from '../../../engine/checkpoints/hub/remove.ts'
import { hubSettings } from '../../../engine/checkpoints/hub/settings.ts'
import { FamiliarError } from '../../../engine/errors.ts'
import { resolveModel } from '../../../engine/models/resolve.ts'
import { ask } from './ask.ts'
import { environment } from './environment.ts'

export const remove = new Command('remove')
  .description('Delete a downloaded model from the Hugging Face cache, which other programs use too')
  .argument('<model>', 'a registered name or a hub id (owner/name)')
  .option('--yes', 'do not ask')
  .option('--json', 'print JSON')
  .action(async (model, { yes, json }) => {
    const source = resolveModel(model)
    if (!source.hub) {
      const what = source.registered ? 'one that is built in' : `the folder ${source.folder}`
      throw new FamiliarError(
        'NOT_DOWNLOADED',
        `Expected a downloaded model but received ${what}, which is not removed`,
      )
    }
    const { name, hub } = source
    const settings = hubSettings(environment())
    const { paths, bytes } = await planRemoval(settings, hub)
    if (paths.length === 0)
      throw new FamiliarError(
        'NOT_DOWNLOADED',
        `Expected ${name} in ${settings.cacheFolder} but there is nothing of it`,
      )
    const question = `Delete ${name} (${readableBytes(bytes)}) from ${settings.cacheFolder}, for other programs too?`
    if (!yes && !(await ask(question)))
      throw new FamiliarError('NOT_REMOVED', `Expected a yes to deleting ${name}, or --yes, but received none`)
    const removed = await removeModel(settings, hub)
    if (json) console.log(JSON.stringify({ name, ...removed }, null, 2))
    else console.log(`${name} is deleted: ${readableBytes(removed.bytes)} are free again`)
  })

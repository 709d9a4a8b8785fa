/** A process that downloads a model, for tests that kill it or start two of them. Prints JSON lines. */
import { hubSettings } from '../../../engine/checkpoints/hub/settings.ts'
import { obtainModel } from '../../../engine/models/obtain.ts'
import { type HubSource, resolveModel } from '../../../engine/models/resolve.ts'

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

const source = resolveModel(process.argv[2] as string) as HubSource
const result = await obtainModel(source, {
  settings: hubSettings(),
  accepts: async () => true,
  progress: ({ state, bytes }) => print({ state, bytes }),
  patience: { firstDelay: 20 },
})
print({ state: 'done', ...result })

import { Command } from 'commander'
import { readableBytes } from '../../../engine/checkpoints/hub/bytes.ts'
import { hubSettings } from '../../../engine/checkpoints/hub/settings.ts'
import { type InventoryEntry, listModels } from '../../../engine/models/inventory.ts'
import { environment } from './environment.ts'

export const list = new Command('list')
  .description(
    'List the models that have a name here, what else the cache holds, and what of them is there in which form',
  )
  .option('--json', 'print JSON')
  .action(async ({ json }) => {
    const models = await listModels(hubSettings(environment()))
    if (json) return console.log(JSON.stringify(models, null, 2))
    const rows = models.flatMap(model => [
      [model.name, size(model), state(model), model.licence ?? ''],
      ...model.converted.map(({ kind, bytes, whole }) => [
        `  in ${kind}`,
        readableBytes(bytes),
        whole ? 'written from it' : 'written in part: goes on when it is wanted',
        '',
      ]),
    ])
    const widths = [0, 1, 2].map(column => Math.max(...rows.map(row => (row[column] as string).length)))
    for (const row of rows)
      console.log(
        row
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      )
  })

function size({ state, bytes, wholeBytes }: InventoryEntry): string {
  return readableBytes(/download/.test(state) && state !== 'downloaded' ? (wholeBytes ?? bytes) : bytes)
}

function state({ state, bytes }: InventoryEntry): string {
  return state === 'partly downloaded' ? `${state}, ${readableBytes(bytes)}` : state
}

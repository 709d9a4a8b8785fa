/** The page with the story bot behind it, to work on the page: `npx tsx test/page/serve.ts`, then reload after a change. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWebAdapter } from '../../adapters/web/adapter.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { StoryBot, storySample } from './story-bot.ts'
import { storyCommands, storyStatus } from './story-data.ts'

const bot = new StoryBot()
const adapter = createWebAdapter({
  port: Number(process.env.WEB_PORT ?? 4747),
  store: memoryStore(),
  folder: await mkdtemp(join(tmpdir(), 'familiar-page-')),
  commands: () => storyCommands,
  status: async () => storyStatus,
  sample: storySample,
})
bot.adapter = adapter
await adapter.start(bot)
console.info(`The page is at ${adapter.url}`)

/** A web adapter with a scripted bot, a store and a folder of its own for each test, and pages that look at it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { memoryStore } from '../../../test/fakes/memory-store.ts'
import { ScriptedBot } from '../../../test/fakes/scripted-bot.ts'
import { createWebAdapter, type WebAdapter, type WebOptions } from '../adapter.ts'
import { PageClient } from './page-client.ts'

export const group = { tenant: 'web:local', channel: 'group', direct: false }

export class ServerStage {
  folder = ''
  bot = new ScriptedBot()
  store = memoryStore()
  adapter!: WebAdapter
  readonly #pages: PageClient[] = []

  /** Every test of the file gets one. */
  static forEach(): ServerStage {
    const stage = new ServerStage()
    beforeEach(() => stage.#set())
    afterEach(() => stage.#clear())
    return stage
  }

  options(over: Partial<WebOptions> = {}): WebOptions {
    return {
      port: 0,
      store: this.store,
      folder: this.folder,
      commands: () => [
        {
          name: 'who',
          description: 'Who is it?',
          options: [{ name: 'picture', description: 'a picture', type: 'picture' }],
        },
      ],
      onError: error => {
        throw error
      },
      ...over,
    }
  }

  async start(over: Partial<WebOptions> = {}): Promise<void> {
    this.adapter = createWebAdapter(this.options(over))
    await this.adapter.start(this.bot)
  }

  async restart(over: Partial<WebOptions> = {}): Promise<void> {
    await this.adapter.close()
    await this.start(over)
  }

  /** A page for somebody; `before` is one that it goes on from. */
  async open(as = 'you', before?: PageClient): Promise<PageClient> {
    const page = new PageClient(this.adapter.url, as)
    this.#pages.push(page)
    page.last = before?.last ?? ''
    for (const message of before?.messages.values() ?? []) page.messages.set(message.id, message)
    await page.connect()
    return page
  }

  async #set(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'familiar-web-'))
    this.bot = new ScriptedBot()
    this.store = memoryStore()
    await this.start()
  }

  async #clear(): Promise<void> {
    for (const page of this.#pages.splice(0)) page.disconnect()
    await this.adapter.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}

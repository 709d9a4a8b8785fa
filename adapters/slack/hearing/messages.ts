/** What people post, told to the bot. */
import type { IncomingMessage, Person } from '../../../src/conversation/chat.ts'
import { isBots, isPrograms, isSaid, type SlackMessage } from '../reading/message.ts'
import { quotedBy } from '../reading/quoted.ts'
import { mentionsIn, plainText, spansOf } from '../reading/text.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import { Doubles } from './doubles.ts'
import { type Needs, quietly, tell } from './needs.ts'

/** Of a message or a mention of the bot. */
export interface MessageEvent extends SlackMessage {
  readonly type: string
  readonly channel: string
}

export class Messages {
  readonly #needs: Needs
  readonly #doubles = new Doubles()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** Other programs' messages are kept from the bot; so are joins, edits and the like. */
  heard(event: MessageEvent, workspace: Workspace): void {
    if (!isSaid(event) || isBots(event, workspace) || isPrograms(event, workspace)) return
    const whole = event.type === 'message' || (event.files ?? []).length > 0
    this.#doubles.arrived(`${workspace.id} ${idOf(event)}`, whole, () =>
      quietly('a message', this.#needs, () => this.#tell(event, workspace)),
    )
  }

  close(): void {
    this.#doubles.close()
  }

  async #tell(event: MessageEvent, workspace: Workspace): Promise<void> {
    const message = await this.#incoming(event, workspace)
    const { from, place } = message
    const threadIsOpen = event.thread_ts !== undefined
    await tell({ workspace, from, place, kind: 'turn', message: event.ts, threadIsOpen }, this.#needs, exchange =>
      this.#needs.bot.heard(message, exchange),
    )
  }

  async #incoming(event: MessageEvent, workspace: Workspace): Promise<IncomingMessage> {
    const { history, pictures } = this.#needs
    const { people, botUserId, tenant } = workspace
    const { channel, ts, thread_ts } = event
    const spans = spansOf(event)
    const mentioned = mentionsIn(spans)
    const others = mentioned.filter(id => id !== botUserId)
    const [from, mentions, repliedTo] = await Promise.all([
      people.person(event.user!),
      Promise.all(others.map(id => people.person(id))),
      quotedBy(event, channel, others.length > 0, workspace, this.#needs),
    ])
    const names = new Map(mentions.map(({ id, name }: Person) => [id, name]))
    return {
      id: idOf(event),
      from,
      // Answers stand in a message's thread, and begin it.
      place: { tenant, channel, thread: thread_ts ?? ts, direct: channel.startsWith('D') },
      text: plainText(spans, id => names.get(id) ?? id, botUserId),
      pictures: pictures.of({ ...event, blocks: [] }, workspace),
      mentionsBot: mentioned.includes(botUserId),
      mentions,
      ...(repliedTo && { repliedTo }),
      earlier: count => history.turns(workspace, channel, event, count),
    }
  }
}

const idOf = ({ channel, ts }: MessageEvent) => `${channel}:${ts}`

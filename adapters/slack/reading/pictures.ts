/** Pictures that stand in messages, in forms or on the bot's own messages: their bytes are fetched when they are asked for. */
import { FamiliarError } from '../../../engine/errors.ts'
import type { IncomingPicture } from '../../../src/conversation/chat.ts'
import { fetchPicture } from '../../shared/fetch-picture.ts'
import { saying } from '../workspace/errors.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import type { SlackBlock, SlackFile, SlackMessage } from './message.ts'

/** Where Slack keeps files. */
const slackHosts = ['files.slack.com']

export class Pictures {
  readonly #hosts: readonly string[]

  /** @param hosts beside Slack's own */
  constructor(hosts: readonly string[] = []) {
    this.#hosts = [...slackHosts, ...hosts]
  }

  /** Those that people have attached, and those that the bot has put into its message. */
  of({ files = [], blocks = [] }: SlackMessage, workspace: Workspace): IncomingPicture[] {
    return [
      ...this.ofFiles(files, workspace),
      ...blocks.flatMap(block => {
        const id = fileOf(block)
        return id === undefined ? [] : [this.#picture({ id }, workspace)]
      }),
    ]
  }

  ofFiles(files: readonly SlackFile[], workspace: Workspace): IncomingPicture[] {
    return files.filter(isPicture).map(file => this.#picture(file, workspace))
  }

  #picture(file: SlackFile, workspace: Workspace): IncomingPicture {
    const { api, token } = workspace
    const name = file.name || file.title || 'the picture'
    const expected = `to read ${name}`
    return {
      name,
      bytes: async () => {
        // Files of other workspaces, and those in blocks, come without an address.
        const link =
          file.url_private ??
          (await saying(expected, () => api.call(client => client.files.info({ file: file.id })))).file?.url_private
        if (!link) throw new FamiliarError('FETCH_FAILED', `Expected ${name} to be there but it was deleted`)
        return fetchPicture(link, name, { hosts: this.#hosts, headers: { authorization: `Bearer ${token}` } })
      },
    }
  }
}

/** What is no picture at all is left out; what only says so is found out when it is read. */
const isPicture = ({ mimetype, mode }: SlackFile) =>
  mode !== 'tombstone' && mode !== 'hidden_by_limit' && (!mimetype || mimetype.startsWith('image/'))

/** Id of the file that an image block shows. */
export function fileOf(block: SlackBlock): string | undefined {
  return block.type === 'image' ? (block.slack_file as { id?: string } | undefined)?.id : undefined
}

/** Pictures that people attach, fetched when something is to be done with them. */
import type { Attachment, Message } from 'discord.js'
import { FamiliarError } from '../../engine/errors.ts'
import type { IncomingPicture } from '../../src/conversation/chat.ts'
import { type FetchOptions, fetchPicture } from '../shared/fetch-picture.ts'

const isPicture = ({ contentType, name }: Attachment): boolean =>
  contentType ? contentType.startsWith('image/') : /\.(?:png|jpe?g|webp|gif|avif|heic|heif|tiff?)$/i.test(name)

/**
 * What was handed over as pictures: whatever else it is, whoever reads it says so. The links are good for a while and cannot
 * be had anew.
 */
export const picturesOf = (attachments: Iterable<Attachment>, options: FetchOptions): IncomingPicture[] =>
  [...attachments].map(({ name, url }) => ({ name, bytes: () => fetchPicture(url, name, options) }))

/** Pictures of a message. A link that has expired is asked for anew. */
export function picturesOfMessage(message: Message, options: FetchOptions): IncomingPicture[] {
  return [...message.attachments.values()].filter(isPicture).map(({ id, name, url }) => ({
    name,
    async bytes() {
      try {
        return await fetchPicture(url, name, options)
      } catch (error) {
        if (!(error instanceof FamiliarError && error.code === 'FETCH_FAILED')) throw error
        const fresh = await linkTo(id, message)
        if (fresh === undefined || fresh === url) throw error
        return fetchPicture(fresh, name, options)
      }
    },
  }))
}

async function linkTo(attachment: string, { channel, id }: Message): Promise<string | undefined> {
  const message = await channel.messages.fetch({ message: id, force: true, cache: false }).catch(() => undefined)
  return message?.attachments.get(attachment)?.url
}

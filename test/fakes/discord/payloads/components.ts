/** Files and components as the API writes them: `attachment://` URLs are those of files, and what was left out is there. */
import { fileUrl } from '../cdn.ts'
import type { Component, Media, StoredFile } from '../state/model.ts'
import type { World } from '../state/world.ts'

export function filePayload(file: StoredFile, world: World) {
  const url = fileUrl(file, world)
  return {
    id: file.id,
    filename: file.filename,
    ...(file.title !== undefined && { title: file.title }),
    size: file.bytes.length,
    url,
    proxy_url: url,
    content_type: file.contentType,
    ...(file.width !== undefined && { width: file.width, height: file.height }),
    ...(file.description && { description: file.description }),
    ...(file.ephemeral && { ephemeral: true }),
    flags: file.spoiler ? 1 << 5 : 0,
  }
}

/** The file that an `attachment://` URL means. */
export function attached(url: string | undefined, files: readonly StoredFile[]): StoredFile | undefined {
  const name = url?.match(/^attachment:\/\/(.+)$/)?.[1]
  return name === undefined ? undefined : files.find(({ filename }) => filename === name)
}

export function mediaPayload(media: Media, files: readonly StoredFile[], world: World): object {
  const file = attached(media.url, files)
  if (!file) return { id: '1', proxy_url: media.url, ...media }
  const { url, proxy_url, content_type, width = null, height = null } = filePayload(file, world)
  return { id: file.id, url, proxy_url, content_type, width, height, attachment_id: file.id }
}

const menu = { min_values: 1, max_values: 1 }

/** What components of a message have when nothing is said of it, by their type. */
const defaults: Readonly<Record<number, object>> = {
  3: menu,
  5: menu,
  6: menu,
  7: menu,
  8: menu,
  11: { description: null, spoiler: false },
  13: { name: null, size: null, spoiler: false },
  14: { divider: true, spacing: 1 },
  17: { accent_color: null, spoiler: false },
}

export function componentPayload(component: Component, files: readonly StoredFile[], world: World): object {
  const inner = (each: Component) => componentPayload(each, files, world)
  const media = (each: Media) => mediaPayload(each, files, world)
  return {
    ...defaults[component.type],
    ...component,
    ...(component.components && { components: component.components.map(inner) }),
    ...(component.accessory && { accessory: inner(component.accessory) }),
    ...(component.items && {
      items: component.items.map(item => ({ description: null, spoiler: false, ...item, media: media(item.media) })),
    }),
    ...(component.media && { media: media(component.media) }),
    ...(component.file && { file: media(component.file) }),
  }
}

/** Files: how they come in, who may have their bytes. */
import type { FileToShare } from '../types.ts'
import type { FileState, TeamState } from './state.ts'
import type { World } from './world.ts'

const types: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  heic: 'image/heic',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  webp: 'image/webp',
}

export function addFile(
  world: World,
  team: TeamState,
  user: string,
  { name, bytes, altText, mimetype }: FileToShare,
  over: Partial<Pick<FileState, 'id' | 'title' | 'processed' | 'givenToApp'>> = {},
): FileState {
  const ending = name.split('.').at(-1)!.toLowerCase()
  const file: FileState = {
    id: world.ids.next('F'),
    name,
    title: name.replace(/\.[^.]+$/, ''),
    mimetype: mimetype ?? types[ending] ?? 'application/octet-stream',
    bytes,
    altText,
    user,
    created: Math.floor(Date.now() / 1000),
    processed: true,
    deleted: false,
    channels: new Set(),
    givenToApp: false,
    ...over,
  }
  team.files.set(file.id, file)
  return file
}

/** Its own, what it was given in forms, and what is shared where it is. */
export function botMayRead(team: TeamState, file: FileState): boolean {
  const { userId } = team.bot
  return (
    file.user === userId || file.givenToApp || [...file.channels].some(id => team.channels.get(id)?.members.has(userId))
  )
}

/** What a person gets to see who follows the link of a file without being logged in; with status 200. */
export const loginPage = `<!DOCTYPE html><html><head><title>Sign in | Slack</title></head>
<body><form action="/signin">Sign in to your workspace</form></body></html>`

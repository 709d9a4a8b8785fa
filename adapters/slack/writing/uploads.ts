/** Pictures on their way into Slack, where messages show them by the ids of their files; and out again. */
import { setTimeout as wait } from 'node:timers/promises'
import type { OutgoingPicture } from '../../../src/conversation/chat.ts'
import { slackCode } from '../workspace/api.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import type { UploadedPicture } from './compose.ts'

/** Milliseconds before each look at a file that Slack is still working on. */
const looks = [50, 100, 200, 400, 800, 1600, 3200]

/** Uploads pictures and waits until messages can show them. What was uploaded before one fails is deleted. */
export async function upload(pictures: readonly OutgoingPicture[], workspace: Workspace): Promise<UploadedPicture[]> {
  const results = await Promise.allSettled(pictures.map(picture => uploadOne(picture, workspace)))
  const uploaded = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find(result => result.status === 'rejected')
  if (!failed) return uploaded
  await removeFiles(uploaded, workspace)
  throw failed.reason
}

async function uploadOne({ name, bytes, altText }: OutgoingPicture, workspace: Workspace): Promise<UploadedPicture> {
  const { files } = await workspace.api.call(client =>
    // Its words stand beside it in the message: for files the library names the argument wrongly, and Slack trips over it.
    client.filesUploadV2({ file: Buffer.from(bytes), filename: name }),
  )
  const id = (files as { files?: { id?: string }[] }[])[0]?.files?.[0]?.id
  if (!id) throw new Error('Slack names no file for an upload')
  await ready(id, workspace)
  return { id, altText }
}

/** Slack reads a file after it has taken it. */
async function ready(file: string, { api }: Workspace): Promise<void> {
  for (const pause of looks) {
    try {
      const { file: info } = await api.call(client => client.files.info({ file }))
      if (info?.mimetype) return
    } catch (error) {
      // Without the scope to read files nobody can look.
      if (slackCode(error) === 'missing_scope') return
      throw error
    }
    await wait(pause)
  }
}

/** What is gone already, or cannot be deleted, is left. */
export async function removeFiles(pictures: readonly UploadedPicture[], { api }: Workspace): Promise<void> {
  await Promise.allSettled(pictures.map(({ id }) => api.call(client => client.files.delete({ file: id }))))
}

/** The rest of the server: languages, the operator’s view, the sample album. */

import { expect, it } from 'vitest'
import { readPhoto, samePhotos } from '../../../engine/photos.ts'
import { samplePicture } from '../../suite/helpers.ts'
import { ServerStage } from '../testing/server-stage.ts'
import type { Album } from '../wire.ts'

const stage = ServerStage.forEach()

it('the language is the browser’s', async () => {
  const body = { as: 'you', nonce: 'vi', channel: 'group', text: 'chào', pictures: [] }
  const headers = {
    Origin: stage.adapter.url,
    'Content-Type': 'application/json',
    'Accept-Language': 'fr, vi-VN;q=0.8',
  }
  await fetch(`${stage.adapter.url}/api/messages`, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(stage.bot.messages[0]!.from.locale).toBe('vi')
})

it('the operator’s view is for whoever runs the chat', async () => {
  const page = await stage.open()
  await expect(page.send('GET', '/api/status?as=you')).rejects.toMatchObject({ status: 404 })
  await stage.adapter.close()
  const sample = await samplePicture(3)
  await stage.start({
    status: async () => ({ it: 'is fine' }) as never,
    sample: async id => (id === 'a' ? sample : undefined),
  })
  const { id } = await (await stage.open()).send<{ id: string }>('POST', '/api/people', { name: 'Lan' })
  const again = await stage.open(id)
  expect(await again.send('GET', '/api/status?as=you')).toEqual({ it: 'is fine' })
  await expect(again.send('GET', `/api/status?as=${id}`)).rejects.toMatchObject({ status: 403 })
  expect(await again.picture({ url: '/samples/a', name: '' })).toEqual(sample)
  expect((await fetch(`${stage.adapter.url}/samples/b`)).status).toBe(404)
})

it('leads to addresses that are too long to be typed', async () => {
  await stage.adapter.close()
  const address = `https://api.example.org/apps?manifest=${'x'.repeat(5000)}`
  await stage.start({ links: { '/app': address } })
  const response = await fetch(`${stage.adapter.url}/app`, { redirect: 'manual' })
  expect(response.status).toBe(302)
  expect(response.headers.get('location')).toBe(address)
})

it('the sample album is whole, and its lessons can be taught', { timeout: 30_000 }, async () => {
  const album = (await (await fetch(`${stage.adapter.url}/api/album`)).json()) as Album
  expect(album.subjects.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['Mắm pet', 'Bo pet', 'Lan person'])
  for (const { pictures } of album.subjects) {
    expect(pictures).toHaveLength(4)
    const photos = await Promise.all(
      pictures.map(async ({ url }) =>
        readPhoto(new Uint8Array(await (await fetch(stage.adapter.url + url)).arrayBuffer())),
      ),
    )
    expect(await samePhotos(photos)).toEqual([])
  }
  expect(album.others.length).toBeGreaterThanOrEqual(4)
  for (const { url, altText } of album.others) {
    expect((await fetch(stage.adapter.url + url)).headers.get('content-type')).toBe('image/png')
    expect(altText).not.toBe('')
  }
})

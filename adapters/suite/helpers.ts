/** What the suite's cases share: pictures, the command that a harness registers, and waiting for what takes a moment. */
import sharp from 'sharp'
import { expect, vi } from 'vitest'
import type { MessageRef, Place } from '../../src/conversation/chat.ts'
import type { CommandInfo } from '../command-info.ts'
import type { Scene } from '../suite.ts'
import type { Member, SeenMessage, Where } from './harness.ts'

/** A harness registers this command, with options of every kind. */
export const suiteCommand = {
  name: 'show',
  description: 'Shows somebody',
  onMessage: 'Show this',
  options: [
    { name: 'name', description: 'a name', type: 'text', required: true, completes: true },
    {
      name: 'kind',
      description: 'a kind',
      type: 'choice',
      choices: [
        { value: 'pet', label: 'A pet' },
        { value: 'person', label: 'A person' },
      ],
    },
    { name: 'member', description: 'somebody of the chat', type: 'person' },
    { name: 'loud', description: 'for all to see', type: 'tick' },
    { name: 'picture', description: 'one picture', type: 'picture' },
  ],
} as const satisfies CommandInfo

/** A small picture of one colour; another seed gives another. */
export async function samplePicture(seed: number): Promise<Uint8Array> {
  const background = { r: (seed * 53) % 256, g: (seed * 101) % 256, b: 90 }
  return new Uint8Array(
    await sharp({ create: { width: 32, height: 24, channels: 3, background } })
      .png()
      .toBuffer(),
  )
}

export function expectBytes(received: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.from(received).equals(expected), `${received.length} bytes like those that were sent`).toBe(true)
}

/** Passes as soon as `check` does; adapters need not be done when an act resolves. */
export function eventually<T>(check: () => Promise<T> | T): Promise<T> {
  return vi.waitFor(check, { timeout: 4000, interval: 20 })
}

export function groupPlace({ chat }: Scene): Place {
  return { tenant: chat.tenant, channel: chat.group, direct: false }
}

/** The message that a person sees with this text in it. */
export function sees({ chat }: Scene, who: Member, text: string, where: Where = 'group'): Promise<SeenMessage> {
  return eventually(async () => {
    const found = (await chat.look(who, where)).find(message => message.text.includes(text))
    expect(found, `a message with “${text}” for ${who.name}`).toBeDefined()
    return found!
  })
}

export async function seesNot({ chat }: Scene, who: Member, text: string, where: Where = 'group'): Promise<void> {
  expect((await chat.look(who, where)).filter(message => message.text.includes(text))).toEqual([])
}

/** As it comes back out of a store after a restart. */
export function kept(ref: MessageRef): MessageRef {
  return JSON.parse(JSON.stringify(ref))
}

/** What the story bot's commands are, and how it says that it is doing. */

import type { CommandInfo } from '../../adapters/command-info.ts'
import type { Status } from '../../adapters/web/status.ts'

export const storyCommands: readonly CommandInfo[] = [
  { name: 'teach', description: 'Teach me somebody from 3 to 5 pictures', options: [] },
  {
    name: 'who',
    description: 'Who is in a picture?',
    options: [{ name: 'picture', description: 'a picture', type: 'picture', required: true }],
  },
  {
    name: 'forget',
    description: 'Forget somebody',
    options: [{ name: 'name', description: 'whom', type: 'text', required: true, completes: true }],
  },
  {
    name: 'remember',
    description: 'Remember a sentence about somebody',
    options: [
      { name: 'fact', description: 'the sentence', type: 'text', required: true },
      { name: 'about', description: 'a member', type: 'person' },
    ],
  },
  { name: 'concepts', description: 'Whom I know', options: [] },
  { name: 'privacy', description: 'What is kept, and how to delete it', options: [] },
]

export const storyStatus: Status = {
  model: {
    name: 'storybook',
    fingerprint: '9f2c4be1a07d5533c1',
    drawnWorldOnly: true,
    folder: '/home/you/familiar/models/storybook',
  },
  device: { name: 'cpu', reason: 'webgpu found no adapter; the CPU computed the probe in 41 ms' },
  queue: [
    { id: '1', name: 'Bo', by: 'You', state: 'running', position: 0, share: 0.42, secondsLeft: 31 },
    { id: '2', name: 'Kiwi', by: 'Minh', state: 'queued', position: 1 },
    { id: '3', name: 'Lan', by: 'You', state: 'consent' },
  ],
  concepts: [
    {
      id: 'mam',
      name: 'Mắm',
      kind: 'pet',
      ownerName: 'You',
      version: 2,
      taught: '2026-11-20T18:04:00Z',
      description: 'an orange cat with brown stripes, green eyes and a blue scarf',
      scores: { start: 0.71, kept: 0.94 },
      facts: 2,
      sample: true,
    },
    {
      id: 'lan',
      name: 'Lan',
      kind: 'person',
      ownerName: 'Minh',
      version: 1,
      taught: '2026-11-19T09:30:00Z',
      description: 'a person with a black bun, a green shirt and purple glasses',
      scores: { start: 0.66, kept: 0.88 },
      facts: 0,
      sample: false,
    },
  ],
  platforms: [
    { name: 'Discord', connected: true, places: 3, invite: 'https://discord.com/oauth2/authorize?client_id=1' },
    { name: 'Slack', connected: false, places: 1 },
  ],
  health: {
    uptimeSeconds: 93_780,
    memory: { bot: 118 * 2 ** 20, engine: 402 * 2 ** 20 },
    stallMs: 14,
    disk: { free: 61 * 2 ** 30, folder: '/home/you/familiar/data' },
    versions: { familiar: '0.1.0', node: '20.19.0', 'onnxruntime-node': '1.30.0' },
  },
}

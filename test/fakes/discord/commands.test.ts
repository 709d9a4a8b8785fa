import { expect, it } from 'vitest'
import { type Stage, stage } from './client.ts'

const option = (name: string, more = {}) => ({ type: 3, name, description: 'd', ...more })
const command = (name: string, more = {}) => ({ name, description: 'd', ...more })

const put = ({ client }: Stage, body: unknown, guild?: string) => {
  const scope = guild ? `/guilds/${guild}` : ''
  return client.rest.put(`/applications/${client.application.id}${scope}/commands`, { body }) as Promise<
    { id: string; version: string }[]
  >
}

it('registers all at once, everywhere or in one guild, and keeps ids', async () => {
  const on = await stage()
  const first = await put(on, [command('dạy'), command('学ぶ'), command('ask'), { name: 'Who is this?', type: 3 }])
  const second = await put(on, [command('ask', { description: 'other' }), command('new')])
  expect(second[0]!.id).toBe(first[2]!.id)
  expect(second[0]!.version).not.toBe(first[2]!.version)
  expect(on.discord.commands().map(({ name }) => name)).toEqual(['ask', 'new'])
  await put(on, [command('here')], on.guild.id)
  expect(on.discord.commands(on.guild).map(({ name }) => name)).toEqual(['here'])
  expect(on.mai.commands(on.general)).toEqual(['here', 'ask', 'new'])
  expect((await on.client.application.commands.fetch()).size).toBe(2)
  await on.client.application.commands.create(command('third') as never)
  await on.client.application.commands.edit(second[1]!.id, { description: 'edited' })
  await on.client.application.commands.delete(second[0]!.id)
  expect(on.discord.commands()).toMatchObject([{ name: 'new', description: 'edited' }, { name: 'third' }])
  expect(on.discord.violations).toEqual([])
  on.guild.removeBot()
  await expect(put(on, [], on.guild.id)).rejects.toMatchObject({ code: 50001 })
  expect(on.discord.commands(on.guild)).toEqual([])
})

it('refuses what Discord refuses', async () => {
  const on = await stage()
  const bad: [object[], string][] = [
    [[command('Big')], 'INVALID_NAME'],
    [[command('two words')], 'INVALID_NAME'],
    [[command('n'.repeat(33))], 'name'],
    [[command('n', { name_localizations: { vi: 'Dạy' } })], 'INVALID_NAME'],
    [[command('n', { name_localizations: { xx: 'n' } })], 'not a locale'],
    [[command('n', { description: '' })], 'description'],
    [[command('n', { description: 'd'.repeat(101) })], 'description'],
    [[command('n'), command('n')], 'DUPLICATE_NAME'],
    [[{ name: 'Menu', type: 3, description: 'd' }], 'description'],
    [[command('n', { options: [option('a'), option('b', { required: true })] })], 'REQUIRED_INVALID'],
    [[command('n', { options: [option('a'), option('a')] })], 'already exists'],
    [[command('n', { options: Array.from({ length: 26 }, (_, i) => option(`o${i}`)) })], 'options'],
    [
      [
        command('n', {
          options: [option('a', { choices: Array.from({ length: 26 }, (_, i) => ({ name: `${i}`, value: `${i}` })) })],
        }),
      ],
      'choices',
    ],
    [
      [command('n', { options: [option('a', { autocomplete: true, choices: [{ name: 'c', value: 'c' }] })] })],
      'CHOICES_INVALID',
    ],
    [
      [
        command('n', {
          options: Array.from({ length: 25 }, (_, i) =>
            option(`o${i}`, {
              choices: Array.from({ length: 4 }, (_, j) => ({ name: 'n'.repeat(90), value: `${j}` })),
            }),
          ),
        }),
      ],
      'TOO_LARGE',
    ],
    [Array.from({ length: 101 }, (_, i) => command(`n${i}`)), 'Maximum number'],
    [Array.from({ length: 16 }, (_, i) => ({ name: `m${i}`, type: 3 })), 'Maximum number'],
  ]
  for (const [body, where] of bad) {
    const error = await put(on, body).catch(error => error)
    expect(error, where).toMatchObject({ code: 50035 })
    expect(JSON.stringify(error.rawError.errors)).toContain(where)
  }
  expect(on.discord.violations).toHaveLength(bad.length)
  expect(on.discord.commands()).toEqual([])
})

it('two hundred may be created a day', async () => {
  const on = await stage({ commandCreates: 3 })
  await put(on, [command('a'), command('b')])
  await put(on, [command('a'), command('b', { description: 'changed' })])
  await put(on, [command('c')])
  await expect(put(on, [command('a')])).rejects.toMatchObject({ code: 30034 })
  on.discord.advance(25 * 60 * 60_000)
  await put(on, [command('a')])
  expect(on.discord.violations).toEqual([])
})

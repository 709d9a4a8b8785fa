import { describe, expect, it } from 'vitest'
import { commands } from '../../../commands/index.ts'
import { describeCommands } from '../../command-info.ts'
import { suiteCommand } from '../../suite/helpers.ts'
import { readCommand, slashName, usageHint } from './slash-command.ts'

const { options } = suiteCommand
const given = (text: string) => readCommand(text, options).given
const real = Object.fromEntries(describeCommands(commands, 'en').map(command => [command.name, command]))

describe('what is typed behind a slash command', () => {
  it('is the first text that it takes', () => {
    expect(readCommand('Mắm và Bo', options)).toEqual({ given: { name: 'Mắm và Bo' }, unclear: false })
    expect(readCommand('“Mắm”', options)).toEqual({ given: { name: 'Mắm' }, unclear: false })
    expect(readCommand('', options)).toEqual({ given: {}, unclear: false })
    expect(readCommand('Bo is Mắm’s brother', real.remember!.options).given).toEqual({ fact: 'Bo is Mắm’s brother' })
  })

  it('may name options, in any order and before the words', () => {
    expect(given('Bo kind:pet loud:yes member:<@U12|lan>')).toEqual({
      name: 'Bo',
      kind: 'pet',
      loud: true,
      member: { person: 'U12' },
    })
    expect(given('kind:person Lan Anh')).toEqual({ kind: 'person', name: 'Lan Anh' })
    expect(given('loud: no Kind: A PET Bo')).toEqual({ loud: false, kind: 'pet', name: 'Bo' })
    expect(given('member: <@U12> Lan')).toEqual({ member: { person: 'U12' }, name: 'Lan' })
    expect(readCommand('delete:Bo likes fish', real.remember!.options).given).toEqual({ delete: 'Bo likes fish' })
    expect(readCommand('listen:names reports:here', real.settings!.options).given).toEqual({
      listen: 'names',
      reports: 'here',
    })
  })

  it('takes a mention as the person that it asks for, and leaves it in a text where it asks for none', () => {
    expect(given('Lan <@U12|lan>')).toEqual({ name: 'Lan', member: { person: 'U12' } })
    expect(readCommand('Bo belongs to <@U12|lan>', real.remember!.options).given).toEqual({
      fact: 'Bo belongs to <@U12|lan>',
    })
  })

  it('is left as it is where a colon means nothing', () => {
    expect(given('Bo: the dog')).toEqual({ name: 'Bo: the dog' })
    expect(given('likekind:pet')).toEqual({ name: 'likekind:pet' })
  })

  it('is unclear where a value is none, or cannot be typed', () => {
    expect(readCommand('Bo kind:rock', options)).toEqual({ given: { name: 'Bo' }, unclear: true })
    expect(readCommand('Bo loud:perhaps', options).unclear).toBe(true)
    expect(readCommand('Bo member:lan', options).unclear).toBe(true)
    expect(readCommand('Bo picture:', options)).toEqual({ given: { name: 'Bo' }, unclear: true })
    expect(readCommand('names', real.settings!.options)).toEqual({ given: {}, unclear: true })
  })
})

describe('a command’s name', () => {
  it('is its own, unless Slack has it', () => {
    expect(slashName('teach')).toBe('/teach')
    expect(slashName('who')).toBe('/familiar-who')
  })

  it('comes with a hint', () => {
    expect(usageHint(real.teach!)).toBe('name [kind:pet|person|thing|place] [facts:…] [person:@…] [consent:yes]')
    expect(usageHint(real.remember!)).toBe('[fact] [delete:…]')
    expect(usageHint(real.help!)).toBe('')
  })
})

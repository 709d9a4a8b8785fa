/** What tests of the adapter ask again and again. */
import { expect, vi } from 'vitest'
import type { ScriptedBot } from '../../../test/fakes/scripted-bot.ts'
import type { SeenMessage, SlackPerson, Where } from '../../../test/fakes/slack/fake-slack.ts'

export function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(check, { timeout: 5000, interval: 20 })
}

/** What the bot was told of the message with this text. */
export function heard(bot: ScriptedBot, text: string) {
  return eventually(() => {
    const found = bot.messages.find(message => message.text === text)
    expect(found, `the bot heard “${text}”`).toBeDefined()
    return found!
  })
}

/** The message with this text, in the channel or one of its threads. */
export function seen(who: SlackPerson, where: Where, text: string): Promise<SeenMessage> {
  return eventually(() => {
    const found = everything(who, where).find(message => message.text.includes(text))
    expect(found, `${who.name} sees “${text}”`).toBeDefined()
    return found!
  })
}

export function everything(who: SlackPerson, where: Where): SeenMessage[] {
  return who
    .messages(where)
    .flatMap(message => (message.replies > 0 && !message.thread ? who.thread(where, message.ts) : [message]))
}

export function texts(who: SlackPerson, where: Where): string[] {
  return everything(who, where).map(({ text }) => text)
}

/**
 * What every chat platform must do for the bot, told from the people's side: one suite for all adapters. A platform
 * brings a harness that plays its people; behind the adapter stands a bot that each test scripts.
 */
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { ScriptedBot } from '../test/fakes/scripted-bot.ts'
import { directCases } from './suite/direct.ts'
import { formCases } from './suite/forms.ts'
import type { Harness, OpenHarness } from './suite/harness.ts'
import { messageCases } from './suite/messages.ts'
import { outgoingCases } from './suite/outgoing.ts'
import { pressCases } from './suite/presses.ts'

/** What the cases have at hand; the harness is there once the tests run. */
export interface Scene {
  readonly bot: ScriptedBot
  readonly chat: Harness
}

export function describeAdapter(name: string, open: OpenHarness): void {
  describe(`the ${name} adapter`, () => {
    const bot = new ScriptedBot()
    let harness: Harness
    const scene: Scene = {
      bot,
      get chat() {
        return harness
      },
    }
    beforeAll(async () => {
      harness = await open(bot)
    })
    beforeEach(() => bot.reset())
    afterAll(() => harness?.close())

    describe('what people say', () => messageCases(scene))
    describe('what the bot says', () => outgoingCases(scene))
    describe('buttons and commands', () => pressCases(scene))
    describe('forms', () => formCases(scene))
    // Last: somebody leaves.
    describe('one alone with the bot', () => directCases(scene))
  })
}

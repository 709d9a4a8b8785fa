/** What Slack does not show, the fake refuses: blocks and views beyond its limits. */
import type { types } from '@slack/bolt'
import { afterEach, beforeEach, expect, expectTypeOf, it } from 'vitest'
import { openStage, type Stage } from '../testing/stage.ts'
import type { CheckedBlock } from './blocks.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const section = (text: string): types.KnownBlock => ({ type: 'section', text: { type: 'mrkdwn', text } })
const button = (over: object) =>
  ({ type: 'actions', elements: [{ type: 'button', text: plain('Yes'), ...over }] }) as never
const say = (over: object) => stage.client.chat.postMessage({ channel: stage.channel.id, text: 'hello', ...over })
const codes = () => stage.fake.violations.map(({ code }) => code)

it.each<[string, object, RegExp]>([
  ['51 blocks', { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }, /<=50 items .*\/blocks\]/],
  ['a section of 3001 characters', { blocks: [section('x'.repeat(3001))] }, /less than 3001 .*blocks\/0\/text\/text/],
  ['an empty text', { blocks: [section('')] }, /more than 0 characters/],
  ['a header of 151', { blocks: [{ type: 'header', text: plain('x'.repeat(151)) }] }, /less than 151/],
  ['a label of 76', { blocks: [button({ text: plain('x'.repeat(76)) })] }, /less than 76/],
  ['an action id of 256', { blocks: [button({ action_id: 'x'.repeat(256) })] }, /less than 256/],
  ['a value of 2001', { blocks: [button({ value: 'x'.repeat(2001) })] }, /less than 2001/],
  ['a style that is none', { blocks: [button({ style: 'plain' })] }, /primary/],
  ['mrkdwn on a button', { blocks: [button({ text: { type: 'mrkdwn', text: '*x*' } })] }, /plain_text/],
  ['an unknown field', { blocks: [button({ colour: 'red' })] }, /colour/],
  ['an unknown block', { blocks: [{ type: 'poster' }] }, /blocks\/0\/type/],
  ['a picture without alt_text', { blocks: [{ type: 'image', slack_file: { id: 'F00000001' } }] }, /alt_text/],
  [
    'a picture that is not there',
    { blocks: [{ type: 'image', alt_text: 'A', slack_file: { id: 'F00000001' } }] },
    /invalid slack file/,
  ],
  [
    'a block id twice',
    {
      blocks: [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
    },
    /unique/,
  ],
  ['an empty rich text', { blocks: [{ type: 'rich_text', elements: [] }] }, /elements/],
])('blocks: %s', async (_, over, problem) => {
  const error = await say(over).catch((error: { data: { error: string; errors: string[] } }) => error.data)
  expect(error).toMatchObject({ error: 'invalid_blocks' })
  expect((error as { errors: string[] }).errors.join()).toMatch(problem)
})

it.each<[string, object, RegExp]>([
  ['a title of 25', { title: plain('x'.repeat(25)) }, /less than 25/],
  ['a submit of 25', { submit: plain('x'.repeat(25)) }, /less than 25/],
  ['private_metadata of 3001', { private_metadata: 'x'.repeat(3001) }, /less than 3001/],
  ['a callback id of 256', { callback_id: 'x'.repeat(256) }, /less than 256/],
  ['an input without submit', { submit: undefined }, /submit/],
  ['11 files', { element: { type: 'file_input', max_files: 11 } }, /<=10/],
  ['0 files', { element: { type: 'file_input', max_files: 0 } }, />=1/],
  [
    'an option of 76',
    { element: { type: 'static_select', options: [{ text: plain('x'.repeat(76)), value: 'a' }] } },
    /less than 76/,
  ],
  [
    'a first choice that is none',
    {
      element: {
        type: 'static_select',
        options: [{ text: plain('A'), value: 'a' }],
        initial_option: { text: plain('B'), value: 'b' },
      },
    },
    /initial_option/,
  ],
])('views: %s', async (_, { element = { type: 'plain_text_input' }, ...over }: { element?: object }, problem) => {
  const blocks = [{ type: 'input', label: plain('Name'), element }]
  const view = {
    type: 'modal',
    title: plain('Teach'),
    submit: plain('Teach'),
    blocks,
    ...over,
  } as unknown as types.View
  const error = await stage.client.views.open({ trigger_id: 'x', view }).catch((error: { data: object }) => error.data)
  expect(error).toMatchObject({ error: 'invalid_arguments' })
  expect(JSON.stringify(error)).toMatch(problem)
  expect(codes()).toEqual(['invalid_arguments'])
})

it('what passes is what Slack’s own types allow', () => {
  expectTypeOf<CheckedBlock>().toExtend<types.KnownBlock>()
})

import { expect, it } from 'vitest'
import { parseConfig } from '../config.ts'
import { welcome } from './start.ts'

const weights = { kind: 'f32', reason: '700 MB with a lesson, cpu has 8 GB' } as const
const started = {
  page: 'http://127.0.0.1:4747',
  slackApp: 'http://127.0.0.1:4747/slack-app',
  model: 'storybook',
  device: 'cpu',
  weights,
}
const discord = { DISCORD_TOKEN: 'a.b.c' }
const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }

it('says where the page is, and what is not set up', () => {
  expect(welcome(started, parseConfig({}))).toEqual([
    'Familiar is here: http://127.0.0.1:4747',
    'The Slack app, created with one click: http://127.0.0.1:4747/slack-app',
    'Not on Discord and Slack yet: README.md has the steps, npm run familiar doctor checks them.',
    'Model storybook on cpu, f32 weights (700 MB with a lesson, cpu has 8 GB). Stop with Ctrl-C.',
  ])
})

it('has the link that invites the bot to Discord', () => {
  expect(
    welcome({ ...started, discordInvite: 'https://discord.com/oauth2/authorize?x' }, parseConfig(discord)),
  ).toEqual([
    'Familiar is here: http://127.0.0.1:4747',
    'On Discord. Invite it to a server: https://discord.com/oauth2/authorize?x',
    'The Slack app, created with one click: http://127.0.0.1:4747/slack-app',
    'Not on Slack yet: README.md has the steps, npm run familiar doctor checks them.',
    'Model storybook on cpu, f32 weights (700 MB with a lesson, cpu has 8 GB). Stop with Ctrl-C.',
  ])
})

it('says how it comes into a channel of Slack, or where it is installed', () => {
  const [, first] = welcome(started, parseConfig(slack))
  expect(first).toBe('On Slack. Invite it to a channel: /invite @Familiar')
  const slackInstall = 'http://127.0.0.1:3000/slack/install'
  const lines = welcome({ ...started, slackInstall }, parseConfig({ ...slack, ...discord }))
  expect(lines.slice(1, -1)).toEqual([`On Slack. Install it in a workspace: ${slackInstall}`])
})

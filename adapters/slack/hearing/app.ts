/** What Bolt tells, by kind. Slack hears at once that it has arrived; the bot's work is never waited for. */
import { App, type Receiver } from '@slack/bolt'
import { completingId, modalId } from '../forms/modal.ts'
import type { BoltLog } from '../workspace/bolt-log.ts'
import { tenantOf, type Workspace } from '../workspace/workspaces.ts'
import { buttonPrefix } from '../writing/compose.ts'
import { called, chosen, type MessageShortcut, type SlashCommand } from './commands.ts'
import { showHome } from './home.ts'
import {
  type ButtonPress,
  type ModalSubmission,
  pressed,
  type Suggesting,
  submitted,
  suggested,
  wrongIn,
} from './interactions.ts'
import type { MessageEvent, Messages } from './messages.ts'
import { type Needs, quietly } from './needs.ts'

interface Context {
  readonly teamId?: string
}

export function createApp(needs: Needs, messages: Messages, receiver: Receiver, boltLog: BoltLog): App {
  const { workspaces, bot, log } = needs
  const app = new App({
    // Not the receiver itself: Bolt would take its pages for the only way to find a token.
    receiver: { init: app => receiver.init(app), start: () => receiver.start(), stop: () => receiver.stop() },
    authorize: async ({ teamId }) => {
      const workspace = workspaces.serving(teamId)
      if (!workspace) throw new Error('the event is of a workspace without the bot')
      const { token, botId, botUserId, id } = workspace
      return { botToken: token, botId, botUserId, teamId: id }
    },
    convoStore: false,
    logger: boltLog,
  })
  app.error(async error => log.error({ error: error.name, code: error.code }, 'an event of Slack’s was not dealt with'))

  /** Does work in the workspace that it is about, for which Slack does not wait. */
  const inWorkspace = (what: string, { teamId }: Context, work: (workspace: Workspace) => Promise<unknown>) =>
    quietly(what, needs, async () => {
      const workspace = workspaces.serving(teamId)
      if (workspace) await work(workspace)
    })

  for (const event of ['message', 'app_mention'])
    app.event(event, async ({ payload, context }) => {
      const workspace = workspaces.serving(context.teamId)
      if (workspace) messages.heard(payload as unknown as MessageEvent, workspace)
    })
  app.command(/^\//, async ({ ack, command, context }) => {
    await ack()
    await inWorkspace('a command', context, workspace => called(command as SlashCommand, workspace, needs))
  })
  app.shortcut({ type: 'message_action' }, async ({ ack, shortcut, context }) => {
    await ack()
    const choice = shortcut as unknown as MessageShortcut
    await inWorkspace('a message’s menu', context, workspace => chosen(choice, workspace, needs))
  })
  app.action(new RegExp(`^${buttonPrefix}\\.\\d+$`), async ({ ack, body, context }) => {
    await ack()
    await inWorkspace('a button', context, workspace => pressed(body as unknown as ButtonPress, workspace, needs))
  })
  app.view(modalId, async ({ ack, body, context }) => {
    const submission = body as unknown as ModalSubmission
    await inWorkspace('a form', context, async workspace => {
      const errors = await wrongIn(submission, workspace)
      if (errors) return ack({ response_action: 'errors', errors })
      await ack()
      await submitted(submission, workspace, needs)
    })
  })
  app.options(completingId, async ({ ack, body, context }) => {
    await inWorkspace('a suggestion', context, async workspace =>
      ack({ options: await suggested(body as unknown as Suggesting, workspace, needs) }),
    )
  })
  app.event('app_home_opened', async ({ event, context }) => {
    if (event.tab === 'messages') return
    await inWorkspace('the Home tab', context, workspace => showHome(event.user, workspace, needs))
  })
  const removed = (team: string) =>
    quietly('leaving', needs, async () => {
      await workspaces.drop(team)
      await bot.left(tenantOf(team))
    })
  app.event('app_uninstalled', async ({ body }) => removed(body.team_id))
  app.event('tokens_revoked', async ({ body, event }) => {
    if (event.tokens.bot?.length) await removed(body.team_id)
  })
  return app
}

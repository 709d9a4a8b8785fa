import { Command } from 'commander'
import type { Config } from '../config.ts'
import type { Familiar } from '../familiar.ts'
import { interruptible } from './interrupt.ts'
import { loadConfigWith, obtainFolder, withModelOptions } from './model/run-options.ts'

export const start = withModelOptions(new Command('start'))
  .description('Start Familiar: on Discord and Slack where they are set up, and as a chat page on this machine')
  .action(async options => {
    const config = loadConfigWith(options)
    const { startFamiliar } = await import('../familiar.ts')
    await interruptible(async signal => {
      await obtainFolder(config, options, signal)
      const familiar = await startFamiliar(config)
      for (const line of welcome(familiar, config)) console.log(line)
      await new Promise<void>(resolve => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      await familiar.close()
      // Stopping is how this ends.
      process.exitCode = 0
    })
  })

/** What whoever has started it wants to know: where it is, how it gets anywhere else, how to stop it. */
export function welcome(
  familiar: Omit<Familiar, 'close'>,
  { discord, slack }: Pick<Config, 'discord' | 'slack'>,
): string[] {
  const { page, slackApp, model, device, weights, discordInvite, slackInstall } = familiar
  const lines = [`Familiar is here: ${page}`]
  if (discordInvite) lines.push(`On Discord. Invite it to a server: ${discordInvite}`)
  if (slack)
    lines.push(
      slackInstall
        ? `On Slack. Install it in a workspace: ${slackInstall}`
        : 'On Slack. Invite it to a channel: /invite @Familiar',
    )
  else lines.push(`The Slack app, created with one click: ${slackApp}`)
  const missing = [...(discord ? [] : ['Discord']), ...(slack ? [] : ['Slack'])]
  if (missing.length > 0)
    lines.push(`Not on ${missing.join(' and ')} yet: README.md has the steps, npm run familiar doctor checks them.`)
  return [...lines, `Model ${model} on ${device}, ${weights.kind} weights (${weights.reason}). Stop with Ctrl-C.`]
}

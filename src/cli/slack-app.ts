import { Command, InvalidArgumentError } from 'commander'

export const slackApp = new Command('slack-app')
  .description('Print a link that creates the Slack app with all its settings')
  .option(
    '--url <address>',
    'where Slack reaches this machine over https: for HTTP mode or several workspaces',
    address,
  )
  .option('--socket', 'with --url: receive events through a socket all the same')
  .option('--json', "print the app's manifest instead")
  .action(async options => {
    const { describeCommands } = await import('../../adapters/command-info.ts')
    const { createManifest, creationLink } = await import('../../adapters/slack/manifest.ts')
    const { commands } = await import('../../commands/index.ts')
    const manifest = createManifest(describeCommands(commands, 'en'), {
      url: options.url,
      ...(options.socket && { socketMode: true }),
    })
    console.log(options.json ? JSON.stringify(manifest, null, 2) : creationLink(manifest))
  })

function address(value: string): string {
  if (URL.canParse(value) && new URL(value).protocol === 'https:') return value
  throw new InvalidArgumentError('Expected an address that begins with https:.')
}

/** People at Discord and at Slack, who do many things at once and look how soon each is acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describeCommands } from '../../adapters/command-info.ts'
import { createManifest } from '../../adapters/slack/manifest.ts'
import { commands } from '../../commands/index.ts'

export interface Photo {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface Crowd {
  readonly platform: 'Discord' | 'Slack'
  /** What is done, for people to read. */
  readonly acts: string
  /** Settings with which a bot finds them. */
  readonly variables: Readonly<Record<string, string>>
  /** Somebody has the bot learn these. Resolves when a lesson runs. */
  teach(photos: readonly Photo[], signal: AbortSignal): Promise<void>
  /** One of them does something. Resolves to the milliseconds until that was acknowledged, or to nothing if it never was. */
  act(number: number): Promise<number | undefined>
  close(): Promise<void>
}

/** So many take turns. */
const members = 20
const asked = ['help', 'concepts', 'privacy']
/** A lesson's bar is drawn with these. */
const bar = /[▰▱]/

/** @throws ERR_MODULE_NOT_FOUND without the development dependencies */
export async function discordCrowd(): Promise<Crowd> {
  const { FakeDiscord } = await import('../../test/fakes/discord/fake-discord.ts')
  const discord = await FakeDiscord.start({ rateLimits: false })
  const guild = discord.addGuild({ name: 'Bench' })
  const channel = await guild.addChannel({ name: 'bench' })
  const people = Array.from({ length: members }, (_, i) => discord.addPerson(`Member ${i}`))
  for (const person of people) await guild.join(person)
  return {
    platform: 'Discord',
    acts: 'slash commands',
    variables: { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.api, PICTURE_HOSTS: discord.host },
    async teach(photos, signal) {
      await people[0]!.post(channel, { text: `${discord.bot.mention} teach Mo`, files: [...photos] })
      await until(() => people[0]!.messages(channel).some(({ text }) => bar.test(text)), signal)
    },
    async act(number) {
      const outcome = await people[number % members]!.run(channel, asked[number % asked.length]!)
      return outcome.type === 'failed' ? undefined : outcome.after
    },
    close: () => discord.close(),
  }
}

/** @throws ERR_MODULE_NOT_FOUND without the development dependencies */
export async function slackCrowd(): Promise<Crowd> {
  const { FakeSlack } = await import('../../test/fakes/slack/fake-slack.ts')
  type Options = NonNullable<Parameters<typeof FakeSlack.start>[0]>
  const manifest = createManifest(describeCommands(commands, 'en')) as Options['manifest']
  // What is late is not sent again: that would be more load than was asked for.
  const slack = await FakeSlack.start({ manifest, retryDelays: [] })
  const team = slack.addTeam({ name: 'Bench' })
  const channel = team.addChannel({ name: 'bench' })
  const people = Array.from({ length: members }, (_, i) => team.addPerson({ name: `Member ${i}` }))
  return {
    platform: 'Slack',
    acts: 'slash commands and mentions',
    variables: {
      SLACK_BOT_TOKEN: team.bot.token,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      PICTURE_HOSTS: slack.host,
    },
    async teach(photos, signal) {
      const ts = await people[0]!.post(channel, { text: `${team.bot.mention} teach Mo`, files: [...photos] })
      await until(() => people[0]!.thread(channel, ts).some(({ text }) => bar.test(text)), signal)
    },
    async act(number) {
      const person = people[number % members]!
      if (number % 2 === 0) {
        const before = performance.now()
        const answered = person.command(channel, `/${asked[number % asked.length]}`)
        return answered.then(
          () => performance.now() - before,
          () => undefined,
        )
      }
      const ts = await person.post(channel, { text: `${team.bot.mention} what is number ${number}?` })
      for (;;) {
        const deliveries = slack.eventsOf(ts)
        if (deliveries.some(({ failure }) => failure !== undefined)) return undefined
        const times = deliveries.map(({ ackedAfter }) => ackedAfter)
        if (times.every(time => time !== undefined)) return Math.max(...times)
        await sleep(5)
      }
    },
    async close() {
      await slack.close()
    },
  }
}

async function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
  while (!holds()) await sleep(50, undefined, { signal })
}

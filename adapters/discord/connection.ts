/** The connection to Discord's gateway: which intents it has, when it is there, and what to do when Discord refuses it. */
import {
  type APIApplication,
  ApplicationFlags,
  Client,
  Events,
  GatewayCloseCodes,
  GatewayIntentBits,
  Partials,
} from 'discord.js'
import { FamiliarError } from '../../engine/errors.ts'
import { restOptions } from './rest.ts'

export interface ConnectionOptions {
  readonly token: string
  /** Base of the REST API, for tests. */
  readonly api?: string
  /** Whether the privileged intent MessageContent is asked for. */
  readonly content: boolean
  /** Listens to the client before anything can happen. */
  readonly listen: (client: Client) => void
  /** Discord has closed the connection for good, once it had stood. */
  readonly lost: (error: FamiliarError) => void
}

/** Milliseconds for the whole. */
const connectWithin = 60_000
/** Milliseconds for saying goodbye. */
const closeWithin = 2_500

/** Whether the application may see what is said in channels. */
export const hasMessageContent = ({ flags }: APIApplication): boolean =>
  ((flags ?? 0) & (ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited)) !== 0

/**
 * Resolves when the bot's servers are known.
 * @throws FamiliarError `BAD_TOKEN`, `MISSING_INTENT`, `CANNOT_CONNECT`
 */
export async function connect(options: ConnectionOptions): Promise<Client<true>> {
  const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits
  const client = new Client({
    intents: [Guilds, GuildMessages, DirectMessages, ...(options.content ? [MessageContent] : [])],
    // Direct messages of channels that have not been seen before.
    partials: [Partials.Channel],
    shards: 'auto',
    allowedMentions: { parse: [] },
    rest: restOptions(options.api),
  })
  let refused: FamiliarError | undefined
  let ready = false
  client.on(Events.ShardDisconnect, ({ code }) => {
    refused = refusal(code)
    if (ready) options.lost(refused)
  })
  // Without a listener an error of the library would end the process; the connection is made anew.
  client.on(Events.Error, () => undefined)
  options.listen(client)
  const there = new Promise<void>(resolve => client.once(Events.ClientReady, () => resolve()))
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new FamiliarError(
            'CANNOT_CONNECT',
            `Expected Discord's gateway to answer within ${connectWithin / 1000} s but it did not: check the network`,
          ),
        ),
      connectWithin,
    )
  })
  try {
    await Promise.race([Promise.all([client.login(options.token), there]), late])
    ready = true
    return client as Client<true>
  } catch (error) {
    await disconnect(client)
    throw refused ?? unreachable(error)
  } finally {
    clearTimeout(timer)
  }
}

/** Ends the connection, at once where Discord does not answer. */
export async function disconnect(client: Client): Promise<void> {
  client.removeAllListeners()
  client.on(Events.Error, () => undefined)
  const late = new Promise<void>(resolve => setTimeout(resolve, closeWithin).unref())
  await Promise.race([client.destroy().catch(() => undefined), late])
}

const badToken = (received: string) =>
  new FamiliarError(
    'BAD_TOKEN',
    `Expected DISCORD_TOKEN to be a bot's token but ${received}: copy it anew from discord.com/developers, page Bot, “Reset Token”`,
  )

/** What made a request to the API fail, as whoever runs the bot can mend it. */
export function unreachable(error: unknown): unknown {
  if (error instanceof FamiliarError) return error
  const { status, code, cause } = error as { status?: number; code?: unknown; cause?: { code?: unknown } }
  if (status === 401 || code === 'TokenInvalid') return badToken('Discord refuses it')
  const received = status ?? code ?? cause?.code ?? (error as Error)?.name
  const message = `Expected to reach Discord but received ${received}: check the network and try again`
  return new FamiliarError('CANNOT_CONNECT', message, { cause: error })
}

function refusal(code: number): FamiliarError {
  if (code === GatewayCloseCodes.AuthenticationFailed) return badToken('Discord refuses it')
  if (code === GatewayCloseCodes.DisallowedIntents)
    return new FamiliarError(
      'MISSING_INTENT',
      'Expected the intent “Message Content” but it is switched off: switch it on at discord.com/developers, page Bot, or set DISCORD_MESSAGE_CONTENT=false',
    )
  return new FamiliarError('CANNOT_CONNECT', `Expected Discord to keep the connection but it was closed with ${code}`)
}

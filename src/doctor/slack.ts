/** Slack, as it sees the app: whether the tokens are right and belong together, and what they allow. */
import { type Logger, LogLevel, webApi } from '@slack/bolt'
import { eventsPath, installPath, scopes } from '../../adapters/slack/manifest.ts'
import type { SlackConfig, SlackOAuth } from '../platform-config.ts'
import { type Check, judge } from './check.ts'

const { ok, note, problem } = judge('slack')

/** With these, questions are heard that only use a name; without any other scope, something does not work. */
const forNames: readonly string[] = ['channels:history', 'groups:history']

const page = (name: string) => `https://api.slack.com/apps, your app, ${name}`

export async function checkSlack(config: SlackConfig): Promise<Check[]> {
  const { events, workspaces, http, apiUrl } = config
  const client = (token?: string) =>
    new webApi.WebClient(token, {
      ...(apiUrl && { slackApiUrl: apiUrl }),
      timeout: 10_000,
      retryConfig: { retries: 1, minTimeout: 300 },
      rejectRateLimitedCalls: true,
      logger: silent,
    })
  const base = `http://${http.host}:${http.port}`
  const checks =
    'botToken' in workspaces
      ? await checkBot(client(workspaces.botToken), config)
      : await checkCredentials(client(), workspaces, base)
  if ('appToken' in events) checks.push(await checkSocket(client(events.appToken)))
  else
    checks.push(
      note(
        `requests are expected at ${base}${eventsPath}, signed with a secret that cannot be checked from here`,
        `let an https address lead there, and enter it in ${page('Event Subscriptions')}, Interactivity and Slash Commands`,
      ),
    )
  return [
    ...checks,
    note(
      'whether people can write to it directly cannot be seen from here',
      `the Messages Tab is to be on and open for writing: ${page('App Home')}`,
    ),
  ]
}

async function checkBot(client: webApi.WebClient, { events }: SlackConfig): Promise<Check[]> {
  try {
    const { team, user, bot_id, response_metadata } = await client.auth.test()
    const checks = [ok(`signs in to ${team} as ${user}`), ...checkScopes(response_metadata?.scopes ?? [])]
    if ('appToken' in events && bot_id) checks.push(...(await checkSameApp(client, bot_id, events.appToken)))
    return checks
  } catch (error) {
    return [refusal(error, 'SLACK_BOT_TOKEN', `${page('OAuth & Permissions')}, Bot User OAuth Token`)]
  }
}

function checkScopes(granted: readonly string[]): Check[] {
  const missing = scopes.filter(scope => !granted.includes(scope))
  if (missing.length === 0) return [ok('has all its scopes')]
  const advice = `add them in ${page('OAuth & Permissions')}, Scopes, and install the app again`
  return missing.every(scope => forNames.includes(scope))
    ? [note(`hears only messages that mention it, for lack of the scopes ${missing.join(', ')}`, advice)]
    : [problem(`lacks the scopes ${missing.join(', ')}`, advice)]
}

/** Tokens of two apps work, each for itself: the bot signs in and hears nothing. */
async function checkSameApp(client: webApi.WebClient, bot: string, appToken: string): Promise<Check[]> {
  const info = await client.bots.info({ bot }).catch(() => undefined)
  // An app-level token is written xapp-1-<app>-….
  const of = /^xapp-\d+-(A[A-Z0-9]+)-/.exec(appToken)?.[1]
  if (of === undefined || info?.bot?.app_id === undefined || of === info.bot.app_id) return []
  return [
    problem(
      'SLACK_APP_TOKEN and SLACK_BOT_TOKEN are of two different apps',
      `copy both from the same one: ${page('Basic Information')} and OAuth & Permissions`,
    ),
  ]
}

async function checkSocket(client: webApi.WebClient): Promise<Check> {
  try {
    // Slack hands out an address; nothing is connected to it, so that the bot's own socket stays.
    await client.apps.connections.open({})
    return ok('Socket Mode is open')
  } catch (error) {
    if (codeOf(error) === 'missing_scope')
      return problem(
        'SLACK_APP_TOKEN lacks the scope connections:write',
        `make a new token with it: ${page('Basic Information')}, App-Level Tokens`,
      )
    return refusal(
      error,
      'SLACK_APP_TOKEN',
      `${page('Basic Information')}, App-Level Tokens, and see that Socket Mode is on`,
    )
  }
}

/** Slack looks at the app's credentials before the code that somebody brings from a sign-in. */
async function checkCredentials(client: webApi.WebClient, oauth: SlackOAuth, base: string): Promise<Check[]> {
  const { clientId, clientSecret } = oauth
  const error = await client.oauth.v2.access({ client_id: clientId, client_secret: clientSecret, code: 'none' }).then(
    () => undefined,
    (error: unknown) => error,
  )
  const code = codeOf(error)
  if (code === 'invalid_code')
    return [
      ok('SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are right'),
      ok(`workspaces install it at ${base}${installPath}`),
    ]
  const names = code === 'bad_client_secret' ? 'SLACK_CLIENT_SECRET' : 'SLACK_CLIENT_ID'
  return [refusal(error, names, `${page('Basic Information')}, App Credentials`)]
}

const codeOf = (error: unknown) => (error instanceof webApi.WebAPIPlatformError ? error.data.error : undefined)

function refusal(error: unknown, variable: string, where: string): Check {
  const code = codeOf(error)
  if (code !== undefined) return problem(`Slack refuses ${variable} (${code})`, `copy it again: ${where}`)
  if (error instanceof webApi.WebAPIRateLimitedError)
    return problem('Slack is asked too often', `wait ${error.retryAfter} s and try again`)
  if (error instanceof webApi.WebAPIHTTPError)
    return problem(`Slack answers with status ${error.statusCode}`, 'wait a few minutes and try again')
  const original = error instanceof webApi.WebAPIRequestError ? error.original : error
  const { code: reason, name, cause } = original as NodeJS.ErrnoException
  const inner = (cause as NodeJS.ErrnoException | undefined)?.code
  return problem(
    `Slack cannot be reached (${inner ?? reason ?? name})`,
    'check that slack.com can be reached from here',
  )
}

/** What the library would write goes into the checks. */
const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}

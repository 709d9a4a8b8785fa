/** Somebody installs the app in a browser: its install page, Slack's consent, and back to the app. */
import type { Actor } from '../delivery/interactions.ts'
import { ClientRefusal } from '../refusal.ts'

export async function installThroughPages(
  { world, team, user }: Actor,
  installUrl: string,
): Promise<{ status: number; text: string }> {
  const first = await fetch(installUrl, { redirect: 'manual' })
  const page = await first.text()
  const link = first.headers.get('location') ?? /href="([^"]*\/oauth\/v2\/authorize[^"]*)"/.exec(page)?.[1]
  if (!link)
    throw new ClientRefusal('no_install_link', `the install page answered ${first.status} without a link to Slack`)
  const cookies = first.headers.getSetCookie().map(cookie => cookie.split(';')[0])
  const asked = new URL(link.replaceAll('&amp;', '&')).searchParams
  if (asked.get('client_id') !== world.app.clientId) throw new ClientRefusal('invalid_client_id')
  const { redirect_urls = [], scopes: declared } = world.manifest.oauth_config
  const scopes = (asked.get('scope') ?? '').split(',').filter(scope => scope !== '')
  if (scopes.length === 0) throw new ClientRefusal('no_scopes')
  for (const scope of scopes) if (!declared.bot.includes(scope)) throw new ClientRefusal('invalid_scope', scope)
  const redirectUri = asked.get('redirect_uri') ?? redirect_urls[0]
  if (!redirectUri || (redirect_urls.length > 0 && !redirect_urls.some(url => redirectUri.startsWith(url))))
    throw new ClientRefusal('bad_redirect_uri', `${redirectUri} is not one of the manifest's`)

  const code = world.ids.token('code')
  world.tickets.codes.set(code, { team: team.id, user: user.id, scopes, redirectUri })
  const back = new URL(redirectUri)
  back.searchParams.set('code', code)
  back.searchParams.set('state', asked.get('state') ?? '')
  const last = await fetch(back, { headers: { cookie: cookies.join('; ') }, redirect: 'manual' })
  return { status: last.status, text: await last.text() }
}

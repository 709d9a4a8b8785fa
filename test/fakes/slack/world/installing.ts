/** The app comes into a team and goes. */
import { uninstalled } from '../delivery/events.ts'
import type { TeamState } from './state.ts'
import type { World } from './world.ts'

/** A team where it is already keeps its token; the scopes are those that were granted last. */
export function install(world: World, team: TeamState, scopes: readonly string[]): void {
  if (team.bot.state !== 'installed') team.bot.token = world.ids.token('xoxb')
  team.bot.scopes = new Set(scopes)
  team.bot.state = 'installed'
}

export function uninstall(world: World, team: TeamState): void {
  team.bot.state = 'absent'
  for (const channel of team.channels.values()) if (channel.kind !== 'im') channel.members.delete(team.bot.userId)
  for (const user of team.users.values()) user.views.length = 0
  uninstalled(world, team)
}

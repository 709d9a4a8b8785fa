/** Gateway intents, and the application's flags that let it ask for privileged ones. */

export const Intent = {
  Guilds: 1 << 0,
  GuildMembers: 1 << 1,
  GuildModeration: 1 << 2,
  GuildPresences: 1 << 8,
  GuildMessages: 1 << 9,
  GuildMessageTyping: 1 << 11,
  DirectMessages: 1 << 12,
  MessageContent: 1 << 15,
} as const

export type Privileged = 'MessageContent' | 'GuildMembers' | 'GuildPresences'

/** Of an application: approved, or switched on for one in few guilds (limited). */
const applicationFlags: Record<Privileged, readonly [full: number, limited: number]> = {
  GuildPresences: [1 << 12, 1 << 13],
  GuildMembers: [1 << 14, 1 << 15],
  MessageContent: [1 << 18, 1 << 19],
}

export function isOn(flags: number, intent: Privileged): boolean {
  const [full, limited] = applicationFlags[intent]
  return (flags & (full | limited)) !== 0
}

export function withIntent(flags: number, intent: Privileged, on: boolean): number {
  const [full, limited] = applicationFlags[intent]
  return on ? flags | limited : flags & ~(full | limited)
}

/** Flags that an application may change by itself. */
export const ownFlags = Object.values(applicationFlags).reduce((sum, [, limited]) => sum | limited, 0)

export function allowedIntents(flags: number, intents: number): boolean {
  return (Object.keys(applicationFlags) as Privileged[]).every(name => !(intents & Intent[name]) || isOn(flags, name))
}

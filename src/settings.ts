/**
 * What a tenant has set for itself: when the bot speaks in a channel, and where reports of drawings go. Who may set it is
 * the caller's matter.
 */
import type { Place, Tenant } from './conversation/chat.ts'
import { safeName } from './storage/files.ts'
import type { Storage } from './storage/storage.ts'
import type { Store } from './storage/store.ts'

/** `mention`: when it is addressed; `names`: also when a question names somebody it knows; `off`: never. */
export const LISTENING_MODES = ['mention', 'names', 'off'] as const
export type ListeningMode = (typeof LISTENING_MODES)[number]

type Channel = Pick<Place, 'tenant' | 'channel'>

export interface Settings {
  listening(channel: Channel): Promise<ListeningMode>
  /** @throws FamiliarError `CANNOT_WRITE` */
  listen(channel: Channel, mode: ListeningMode): Promise<void>
  /** Where reports go, or nothing when they go to the admins one by one. */
  reportsTo(tenant: Tenant): Promise<Place | undefined>
  /** Nothing as the place takes the setting back. @throws FamiliarError `CANNOT_WRITE` */
  reportTo(tenant: Tenant, place: Place | undefined): Promise<void>
  /** Deletes all that a tenant has set. */
  forgetTenant(tenant: Tenant): Promise<void>
}

interface TenantSettings {
  readonly tenant: Tenant
  /** By channel; pairs, for an object takes some names of channels for its own. */
  readonly listening: readonly (readonly [channel: string, mode: ListeningMode])[]
  readonly reports?: Place | undefined
}

/** @param listening of channels for which nothing is set; default `mention` */
export function createSettings(
  storage: Storage,
  listening: (channel: Channel) => ListeningMode = () => 'mention',
): Settings {
  return new StoredSettings(storage.store('settings'), listening)
}

class StoredSettings implements Settings {
  readonly #store: Store<TenantSettings>
  readonly #default: (channel: Channel) => ListeningMode

  constructor(store: Store<TenantSettings>, listening: (channel: Channel) => ListeningMode) {
    this.#store = store
    this.#default = listening
  }

  async listening({ tenant, channel }: Channel): Promise<ListeningMode> {
    const settings = await this.#store.get(safeName(tenant))
    return settings?.listening.find(([name]) => name === channel)?.[1] ?? this.#default({ tenant, channel })
  }

  async listen({ tenant, channel }: Channel, mode: ListeningMode): Promise<void> {
    await this.#store.update(safeName(tenant), (settings = { tenant, listening: [] }) => ({
      ...settings,
      listening: [...settings.listening.filter(([name]) => name !== channel), [channel, mode]],
    }))
  }

  async reportsTo(tenant: Tenant): Promise<Place | undefined> {
    return (await this.#store.get(safeName(tenant)))?.reports
  }

  async reportTo(tenant: Tenant, place: Place | undefined): Promise<void> {
    await this.#store.update(safeName(tenant), (settings = { tenant, listening: [] }) => ({
      ...settings,
      reports: place,
    }))
  }

  async forgetTenant(tenant: Tenant): Promise<void> {
    await this.#store.update(safeName(tenant), () => undefined)
  }
}

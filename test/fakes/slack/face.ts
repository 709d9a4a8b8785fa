/** Teams, channels and people of the fake Slack, as tests hold them. Types only. */
import type {
  ChannelOptions,
  FilledIn,
  Notification,
  PersonOptions,
  SeenButton,
  SeenMessage,
  SeenView,
  Typed,
} from './types.ts'

/** A workspace. */
export interface SlackTeam {
  readonly id: string
  readonly name: string
  /** The app here, whether it is installed now or not. */
  readonly bot: {
    readonly token: string
    readonly userId: string
    readonly botId: string
    /** What one types to mention it. */
    readonly mention: string
  }
  readonly installed: boolean
  addPerson(options: PersonOptions): SlackPerson
  addChannel(options: ChannelOptions): SlackChannel
  /** An administrator removes the app: its token is void, and it is told (`tokens_revoked`, `app_uninstalled`). */
  uninstall(): Promise<void>
  /** It is installed again, without OAuth, with a new token. */
  reinstall(options?: { scopes?: readonly string[] }): void
  /** The token stops working, without a word. */
  revokeToken(): void
}

export interface SlackChannel {
  readonly id: string
  readonly name: string
  readonly team: SlackTeam
  archive(): void
  /** Somebody removes the bot from it, or lets it in. Resolves when the app's events are sent. */
  removeBot(): Promise<void>
  inviteBot(by: SlackPerson): Promise<void>
  /** As it is stored, thread replies included, ephemeral messages left out, oldest first. */
  readonly raw: readonly Readonly<Record<string, unknown>>[]
}

/** Where somebody types: a channel, or alone with the bot. */
export type Where = SlackChannel | 'dm'

/**
 * A person in front of a client. Acts resolve when their effect is visible, and reject with `ClientRefusal` where a client would not let
 * them; those that the app has to acknowledge wait for it, up to its 3 seconds.
 */
export interface SlackPerson {
  readonly id: string
  readonly name: string
  readonly team: SlackTeam
  /** What one types to mention them. */
  readonly mention: string

  /** Resolves to the message's `ts`. Pictures need no text. */
  post(where: Where, typed: Typed): Promise<string>
  /** Changes one's own message. */
  edit(where: Where, ts: string, text: string): Promise<void>
  /** One's own message; those who run the team may delete all. */
  delete(where: Where, ts: string): Promise<void>
  /** Deletes a file of one's own; messages keep a tombstone. */
  deleteFile(id: string): Promise<void>
  /** @throws ClientRefusal `operation_timeout`, `dispatch_failed`, `not_in_thread` (commands cannot be given in threads) */
  command(where: Where, command: string, text?: string, options?: { thread?: string }): Promise<void>
  /** A shortcut on the menu of a message, by its callback id or name. */
  shortcut(where: Where, ts: string, name: string): Promise<void>
  /** Presses a button of a message that they see, of their open view or their App Home. By its label or action id. */
  press(on: SeenMessage | SeenView, button: string | SeenButton): Promise<void>
  /** The modal that is in front of them. */
  readonly view: SeenView | undefined
  /** What is on the app's Home tab, if it was ever published for them. */
  readonly home: SeenView | undefined
  /**
   * Hands the modal in. Fields by block id, action id or label; those left out stay as they are.
   * Resolves to what is wrong by block id; a modal that was right closes, unless the app puts another there.
   * @throws ClientRefusal `operation_timeout` when the app does not acknowledge
   */
  submit(fields?: Readonly<Record<string, FilledIn>>): Promise<Readonly<Record<string, string>>>
  /** Types into a field of the modal whose options the app knows. Resolves to what it offers. */
  suggest(field: string, typed: string): Promise<readonly { readonly text: string; readonly value: string }[]>
  closeView(): Promise<void>
  /** Looks at the app's Home tab (or its messages). */
  openHome(tab?: 'home' | 'messages'): Promise<void>
  /** The app is installed through its own install page, with this person's consent. Resolves to the last page. */
  installApp(installUrl: string): Promise<{ readonly status: number; readonly text: string }>
  /** An administrator deactivates the account: the bot can no longer write to them. */
  deactivate(): void

  /** Messages of a channel, without replies in threads (but broadcast ones), oldest first; ephemeral ones only for whom they are. */
  messages(where: Where): readonly SeenMessage[]
  /** A thread: its first message, then the replies. */
  thread(where: Where, ts: string): readonly SeenMessage[]
  /** What made their client ring, oldest first, with the messages as they were then. */
  readonly notifications: readonly Notification[]
  /** Status under the thread, such as “is typing…”, when an agent sets one. */
  threadStatus(where: Where, ts: string): string | undefined
  /** Id of the DM with the bot; it is opened when there is none. */
  dm(): string
}

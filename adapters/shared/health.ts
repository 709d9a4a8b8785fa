/** How the connection to a platform is doing, for the operator's view. */
export interface PlatformHealth {
  /** People there are heard now. */
  readonly connected: boolean
  /** Servers or workspaces that the bot is in. */
  readonly places: number
}

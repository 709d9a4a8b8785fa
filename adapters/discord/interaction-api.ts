/** One interaction's part of the REST API: its callback, and the webhook that its token opens. */
import {
  type APIInteractionResponse,
  type APIMessage,
  type RawFile,
  type REST,
  type RESTPostAPIInteractionCallbackWithResponseResult,
  Routes,
} from 'discord.js'

export class InteractionApi {
  readonly #rest: REST
  readonly #application: string
  readonly #id: string
  readonly #token: string

  constructor(rest: REST, application: string, { id, token }: { readonly id: string; readonly token: string }) {
    this.#rest = rest
    this.#application = application
    this.#id = id
    this.#token = token
  }

  /** The first answer. Resolves to the message that it makes, if it makes one. */
  async answer(body: APIInteractionResponse, files?: RawFile[]): Promise<APIMessage | undefined> {
    const query = new URLSearchParams({ with_response: 'true' })
    const route = Routes.interactionCallback(this.#id, this.#token)
    const answered = await this.#rest.post(route, { body, files, query, auth: false })
    return (answered as RESTPostAPIInteractionCallbackWithResponseResult).resource?.message
  }

  /** The message that the first answer has made. */
  original(): Promise<APIMessage> {
    return this.#rest.get(this.#originalRoute, { auth: false }) as Promise<APIMessage>
  }

  editOriginal(body: object, files: RawFile[]): Promise<unknown> {
    return this.#rest.patch(this.#originalRoute, { body, files, auth: false })
  }

  deleteOriginal(): Promise<unknown> {
    return this.#rest.delete(this.#originalRoute, { auth: false })
  }

  followUp(body: object, files: RawFile[]): Promise<unknown> {
    return this.#rest.post(Routes.webhook(this.#application, this.#token), { body, files, auth: false })
  }

  get #originalRoute() {
    return Routes.webhookMessage(this.#application, this.#token, '@original')
  }
}

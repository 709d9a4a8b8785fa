/** A bot that does what a test tells it to and remembers all that it was told. It stands in for the real one behind adapters. */
import type {
  Bot,
  Choice,
  CommandCall,
  Exchange,
  IncomingMessage,
  Person,
  Place,
  Press,
  Submission,
  Tenant,
} from '../../src/conversation/chat.ts'

export interface Script {
  heard?(message: IncomingMessage, exchange: Exchange): Promise<unknown>
  called?(call: CommandCall, exchange: Exchange): Promise<unknown>
  pressed?(press: Press, exchange: Exchange): Promise<unknown>
  submitted?(submission: Submission, exchange: Exchange): Promise<unknown>
  complete?(command: string, option: string, typed: string): readonly Choice[]
}

export class ScriptedBot implements Bot {
  /** What is done from now on; nothing where it says nothing. */
  script: Script = {}
  readonly messages: IncomingMessage[] = []
  readonly calls: CommandCall[] = []
  readonly presses: Press[] = []
  readonly submissions: Submission[] = []

  async heard(message: IncomingMessage, exchange: Exchange): Promise<void> {
    this.messages.push(message)
    await this.script.heard?.(message, exchange)
  }

  async called(call: CommandCall, exchange: Exchange): Promise<void> {
    this.calls.push(call)
    await this.script.called?.(call, exchange)
  }

  async pressed(press: Press, exchange: Exchange): Promise<void> {
    this.presses.push(press)
    await this.script.pressed?.(press, exchange)
  }

  async submitted(submission: Submission, exchange: Exchange): Promise<void> {
    this.submissions.push(submission)
    await this.script.submitted?.(submission, exchange)
  }

  async complete(_place: Place, _from: Person, command: string, option: string, typed: string, limit: number) {
    return (this.script.complete?.(command, option, typed) ?? []).slice(0, limit)
  }

  async left(_tenant: Tenant): Promise<void> {}
  async joined(_tenant: Tenant): Promise<void> {}

  /** Forgets everything, scripts included. */
  reset(): void {
    this.script = {}
    for (const list of [this.messages, this.calls, this.presses, this.submissions]) list.length = 0
  }
}

/** The Slack adapter in the suite of all adapters, with the real Bolt against a Slack on this machine. */
import { describeAdapter } from '../suite.ts'
import { openSlack } from './testing/harness.ts'

describeAdapter('Slack (Socket Mode)', bot => openSlack(bot, 'socket'))
describeAdapter('Slack (HTTP)', bot => openSlack(bot, 'http'))

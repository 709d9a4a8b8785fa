/**
 * The bot, started by itself as `familiar start` does, for measurements from outside: its settings are environment variables,
 * and its first argument, where there is one, is the URL of a module with another engine. It says `ready`, and ends when
 * whoever started it lets go of it.
 */
import { parseConfig } from '../config.ts'
import { createLog, startFamiliar } from '../familiar.ts'

const [engineModule] = process.argv.slice(2)
const config = parseConfig(process.env)
const familiar = await startFamiliar(config, createLog(config), engineModule === undefined ? {} : { engineModule })
process.once('disconnect', () => void familiar.close().then(() => process.exit()))
process.send?.('ready')

/** All commands, in the order in which people see them: adapters register them with their platforms from here. */
import { cancel } from './cancel.ts'
import type { Command } from './command.ts'
import { concepts } from './concepts.ts'
import { forget } from './forget.ts'
import { help } from './help.ts'
import { privacy } from './privacy.ts'
import { remember } from './remember.ts'
import { settings } from './settings.ts'
import { teach } from './teach.ts'
import { who } from './who.ts'

export const commands: readonly Command[] = [teach, who, concepts, remember, forget, cancel, privacy, help, settings]

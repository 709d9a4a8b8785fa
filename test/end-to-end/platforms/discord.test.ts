/** The group chat on Discord: the real discord.js, against a Discord on this machine. */
import { discordDriver } from './discord-driver.ts'
import { describeStory } from './story.ts'

describeStory(discordDriver)

/** Commands, buttons, forms and what is typed for an option, on their way to the bot. */
import {
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Interaction,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  type REST,
} from 'discord.js'
import type { Bot, Person, Place, Tenant } from '../../src/conversation/chat.ts'
import type { Locale } from '../../src/texts/texts.ts'
import type { CommandInfo } from '../command-info.ts'
import { baseLocale, fitChoices, menuCommand, mostChoices } from './commands.ts'
import { givenFields, givenOptions, type PersonOf } from './given.ts'
import { type Reading, readTarget } from './incoming.ts'
import { InteractionExchange } from './interaction-exchange.ts'
import type { Outbox } from './outbox.ts'
import { guildPlace, personTenant } from './places.ts'
import { smallestLimit } from './uploads.ts'

export interface InteractionNeeds extends Reading {
  readonly bot: Bot
  readonly rest: REST
  readonly outbox: Outbox
  readonly commands: (locale: Locale) => readonly CommandInfo[]
  direct(tenant: Tenant, person: string): Promise<Place>
}

type Answerable =
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | ButtonInteraction
  | ModalSubmitInteraction

export async function onInteraction(interaction: Interaction, needs: InteractionNeeds): Promise<void> {
  needs.people.speaks(interaction.user.id, interaction.locale)
  if (interaction.isAutocomplete()) return complete(interaction, needs)
  if (interaction.isChatInputCommand() || interaction.isMessageContextMenuCommand()) return call(interaction, needs)
  if (interaction.isButton()) return press(interaction, needs)
  if (interaction.isModalSubmit()) return submit(interaction, needs)
}

/** Who does it, and where. */
interface Setting {
  readonly place: Place
  readonly from: Person
  readonly personOf: PersonOf
}

async function call(
  interaction: ChatInputCommandInteraction | MessageContextMenuCommandInteraction,
  needs: InteractionNeeds,
): Promise<void> {
  const { bot, commands, fetching } = needs
  const slash = interaction.isChatInputCommand()
  const name = interaction.commandName
  const info = slash ? commands(baseLocale).find(each => each.name === name) : menuCommand(commands, name)
  await answering(interaction, info?.adminsOnly === true, needs, async ({ place, from, personOf }, exchange) => {
    const options = slash && info ? givenOptions(interaction, info, personOf, fetching) : {}
    const on = slash ? undefined : readTarget(interaction.targetMessage, needs)
    await bot.called(
      { id: interaction.id, name: info?.name ?? name, from, place, options, ...(on && { on }) },
      exchange,
    )
  })
}

async function press(interaction: ButtonInteraction, needs: InteractionNeeds): Promise<void> {
  const { id, token, message, customId: action } = interaction
  await answering(interaction, false, needs, ({ place, from }, exchange) => {
    if (message.flags.has(MessageFlags.Ephemeral))
      needs.outbox.hide(message.id, { token, as: '@original', ready: () => exchange.touch() })
    return needs.bot.pressed({ id, from, action, message: { place, message: message.id } }, exchange)
  })
}

async function submit(interaction: ModalSubmitInteraction, needs: InteractionNeeds): Promise<void> {
  const { id, customId: action } = interaction
  await answering(interaction, false, needs, ({ place, from, personOf }, exchange) =>
    needs.bot.submitted(
      { id, from, place, action, fields: givenFields(interaction, personOf, needs.fetching) },
      exchange,
    ),
  )
}

/** Has the bot answer. Time runs from here on. */
async function answering(
  interaction: Answerable,
  isPrivate: boolean,
  needs: InteractionNeeds,
  work: (setting: Setting, exchange: InteractionExchange) => Promise<void>,
): Promise<void> {
  const setting = await settingOf(interaction, needs)
  const { place, from } = setting
  const exchange = new InteractionExchange(
    {
      id: interaction.id,
      token: interaction.token,
      onMessage: interaction.isButton() || (interaction.isModalSubmit() && interaction.isFromMessage()),
      opens: !interaction.isModalSubmit(),
      place,
      person: from.id,
      locale: from.locale,
      uploadLimit: interaction.attachmentSizeLimit ?? smallestLimit,
      private: isPrivate,
    },
    { ...needs, application: interaction.applicationId },
  )
  try {
    await work(setting, exchange)
  } finally {
    await exchange.end()
  }
}

async function complete(interaction: AutocompleteInteraction, needs: InteractionNeeds): Promise<void> {
  const { place, from } = await settingOf(interaction, needs)
  const { name, value } = interaction.options.getFocused(true)
  const choices = await needs.bot.complete(place, from, interaction.commandName, name, value, mostChoices)
  // Who has typed on asks anew.
  await interaction.respond(fitChoices(choices)).catch(() => undefined)
}

async function settingOf(
  interaction: Answerable | AutocompleteInteraction,
  { people, recall }: InteractionNeeds,
): Promise<Setting> {
  const { user, member, guildId, channelId, channel } = interaction
  const setting = (place: Place, from: Person): Setting => ({
    place,
    from,
    personOf: (other, otherMember) => people.person(other, place.tenant, otherMember),
  })
  if (guildId) {
    const place = guildPlace(guildId, channelId ?? '', channel)
    return setting(place, people.person(user, place.tenant, member))
  }
  const message = 'message' in interaction ? interaction.message?.id : undefined
  const own = personTenant(user.id)
  const tenant = (message && (await recall.tenantOfMessage(message))) || own
  const from = tenant === own ? people.person(user, own) : await people.personAway(user, tenant)
  return setting({ tenant, channel: channelId ?? '', direct: true }, from)
}

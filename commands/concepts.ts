/** `concepts`: who was taught here; with a name, everything that is known of one. */
import type { ConceptRecord } from '../src/concepts/library.ts'
import type { Exchange, OutgoingPicture, Tenant } from '../src/conversation/chat.ts'
import { fileName } from '../src/conversation/drawing-picture.ts'
import { scoresInWords } from '../src/conversation/lesson-end.ts'
import type { Services } from '../src/conversation/services.ts'
import { type Say, speaker } from '../src/texts/texts.ts'
import { type Command, textOption } from './command.ts'
import { completeConcepts, requireConcept } from './concept-names.ts'

/** Sample drawings of a list; platforms take about ten pictures with a message. */
const mostSamples = 9

export const concepts: Command = {
  name: 'concepts',
  localName: 'command.concepts.name',
  description: 'command.concepts',
  who: 'everybody',
  options: [{ type: 'text', name: 'name', description: 'option.concepts.name', maxLength: 64, completes: true }],
  async run({ from, place, options }, exchange, services) {
    const say = speaker(from.locale)
    const name = textOption(options, 'name')
    const records = await services.library.list(place.tenant)
    if (name)
      return showOne(say, await requireConcept(say, name, place.tenant, services), place.tenant, exchange, services)
    if (records.length === 0) return void (await exchange.say({ text: say('concepts.none') }))
    const pictures: OutgoingPicture[] = []
    for (const record of records) {
      if (pictures.length === mostSamples) break
      pictures.push(...(await sampleOf(say, record, place.tenant, services)))
    }
    const lines = records.map(record => `• ${line(say, record)}`)
    await exchange.say({ text: [say('concepts.head', { count: records.length }), ...lines].join('\n'), pictures })
  },
  complete: ({ typed, place }, services) => completeConcepts(typed, place.tenant, services),
}

function line(say: Say, { name, kind, ownerName, scores, facts }: ConceptRecord): string {
  const score = Math.round(100 * scores.kept.recognition)
  return say('concepts.line', { name, kind: say(`kind.${kind}`), owner: ownerName, score, facts: facts.length })
}

async function showOne(say: Say, record: ConceptRecord, tenant: Tenant, exchange: Exchange, services: Services) {
  const { name, kind, owner, ownerName, depicts, description, facts, version, scores, modelFingerprint } = record
  const { fingerprint, name: model } = services.engine.model
  const parts = [
    say('concepts.one', { name, kind: say(`kind.${kind}`), owner: ownerName, version }),
    depicts !== undefined && say(depicts === owner ? 'concepts.agreed.owner' : 'concepts.agreed', { owner: ownerName }),
    description && say('learned.description', { description }),
    scoresInWords(say, name, scores),
    modelFingerprint !== fingerprint && say('ask.foreign', { names: name, count: 1, model }),
    ...facts.map(fact => `• ${fact.text}`),
  ]
  await exchange.say({
    text: parts.filter(Boolean).join('\n'),
    pictures: await sampleOf(say, record, tenant, services),
  })
}

async function sampleOf(
  say: Say,
  record: ConceptRecord,
  tenant: Tenant,
  { library }: Services,
): Promise<OutgoingPicture[]> {
  const bytes = await library.sample(tenant, record)
  const altText = say('drawing.of', { what: record.name })
  return bytes ? [{ name: `${fileName([record.name])}.png`, bytes, altText }] : []
}

/**
 * The models that have a name here: where each comes from, under which licence, how large it is, what it needs. A hub id
 * that is not listed works too, if its architecture is known.
 *
 * How sure these lines are: the hub itself could not be asked when they were written. The commits of Janus-Pro-1B and of Anole
 * stand in the public records of several projects that have downloaded them (Janus-Pro-1B's with 4,161,753,391 bytes in all);
 * Janus-Pro-7B's commit, and the sizes of both 7B models, which follow from their numbers of parameters, are not verified. No
 * download depends on them: sizes and checksums are the hub's, and a commit that is not there is answered with the way around.
 */
import { fileURLToPath } from 'node:url'
import type { HubRevision, Licence } from '../checkpoints/hub/listing.ts'

export interface RegisteredModel {
  readonly name: string
  /** Where it is downloaded from; a model without is built in. */
  readonly hub?: HubRevision
  /** Absolute path of a model that is built in. */
  readonly folder?: string
  readonly licence: Licence
  /** Bytes of the files that are downloaded, to tell people beforehand; the hub's own figures are used for all else. */
  readonly downloadBytes: number
  readonly needs: {
    /** Bytes with 4-bit weights and a lesson of small steps on the CPU: the plan's least (`memory-plan.ts`). */
    readonly memoryBytes: number
  }
}

/**
 * The hub's page of Janus-Pro is tagged "mit", which is the code's licence; the weights have one of their own
 * (README of deepseek-ai/Janus, "License").
 */
const deepSeek: Licence = {
  name: 'DeepSeek Model License Agreement 1.0',
  url: 'https://github.com/deepseek-ai/Janus/blob/main/LICENSE-MODEL',
  terms: 'commercial use is allowed; some uses are forbidden, and you pass that on to who uses your bot',
}

/** The page of this conversion is tagged "apache-2.0"; the weights are Chameleon's, and so is their licence. */
const chameleonResearch: Licence = {
  name: 'Chameleon Research License',
  url: 'https://ai.meta.com/resources/models-and-libraries/chameleon-license',
  terms: 'non-commercial research only',
}

/** In the order in which they are listed. */
export const registeredModels: readonly RegisteredModel[] = [
  {
    name: 'storybook',
    folder: fileURLToPath(new URL('../../models/storybook', import.meta.url)),
    licence: { name: 'MIT', url: fileURLToPath(new URL('../../LICENSE', import.meta.url)) },
    downloadBytes: 0,
    needs: { memoryBytes: 0.7e9 },
  },
  {
    name: 'janus-pro-1b',
    hub: { repository: 'deepseek-community/Janus-Pro-1B', revision: '1655280bb75959cc1cb85529a2a8b26e7016072e' },
    licence: deepSeek,
    downloadBytes: 4_161_700_000,
    needs: { memoryBytes: 4.6e9 },
  },
  {
    name: 'janus-pro-7b',
    // Not pinned: no commit of this repository is on record. A checkpoint that is there stays what it is until the next
    // `model pull`.
    hub: { repository: 'deepseek-community/Janus-Pro-7B', revision: 'main' },
    licence: deepSeek,
    downloadBytes: 14_823_500_000,
    needs: { memoryBytes: 9e9 },
  },
  {
    name: 'anole-7b',
    hub: { repository: 'leloy/Anole-7b-v0.1-hf', revision: '96df52301e844d8a624a13953051ead4c008343b' },
    licence: chameleonResearch,
    downloadBytes: 14_173_000_000,
    needs: { memoryBytes: 9.3e9 },
  },
]

/** `model_type` of `config.json` → the architecture of the engine that runs it. */
export const architectureNames: ReadonlyMap<string, string> = new Map([
  ['chameleon', 'Chameleon'],
  ['anole', 'Chameleon'],
  ['janus', 'Janus-Pro'],
])

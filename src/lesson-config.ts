/** What the environment says about lessons: how long they are, and what they take beside their photos. */
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { LessonLength, LessonSources } from '../engine/engine.ts'
import { FamiliarError } from '../engine/errors.ts'

export interface LessonConfig {
  readonly length: LessonLength
  /** After so many seconds a lesson stops learning and keeps the best so far; by its length when left out. */
  readonly seconds?: number
  readonly sources: LessonSources
}

const seconds = 'a number of seconds from 1'
const lengths = ['quick', 'standard', 'paper'] as const satisfies readonly LessonLength[]

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** A schema's message completes the sentence "Expected NAME to be ... but received ...". */
export const lessonVariables = {
  LESSON: z.enum(lengths, { error: 'quick, standard or paper' }).default('standard'),
  TEACH_SECONDS: z.coerce.number({ error: seconds }).min(1, { error: seconds }).optional(),
  GALLERY_DIR: z.string().refine(isFolder, { error: 'the path of a folder of pictures' }).optional(),
  TEACHER_URL: z.url({ protocol: /^https?$/, error: 'a URL that begins with http: or https:' }).optional(),
  TEACHER_MODEL: z.string().optional(),
  TEACHER_API_KEY: z.string().trim().optional(),
}

/** Whose values may hold a password: what came is not said. */
export const lessonSecrets = ['TEACHER_URL', 'TEACHER_API_KEY']

type Variables = z.infer<z.ZodObject<typeof lessonVariables>>

/**
 * @param dataDir where what lessons share is kept
 * @throws FamiliarError `BAD_CONFIG` when the teacher is named by half
 */
export function lessonsOf(variables: Variables, dataDir: string): LessonConfig {
  const { LESSON, TEACH_SECONDS, GALLERY_DIR } = variables
  const teacher = teacherOf(variables)
  return {
    length: LESSON,
    seconds: TEACH_SECONDS,
    sources: {
      galleryFolder: join(dataDir, 'galleries'),
      ...(GALLERY_DIR && { pictureFolder: resolve(GALLERY_DIR) }),
      ...(teacher && { teacher }),
    },
  }
}

function teacherOf({ TEACHER_URL: url, TEACHER_MODEL: model, TEACHER_API_KEY: key }: Variables) {
  if (url && !model)
    throw new FamiliarError(
      'BAD_CONFIG',
      'Expected TEACHER_MODEL to name a model beside TEACHER_URL but received nothing',
    )
  if (!url && (model || key))
    throw new FamiliarError('BAD_CONFIG', 'Expected TEACHER_URL to be a URL beside TEACHER_MODEL but received nothing')
  return url && model ? { url, model, ...(key && { key }) } : undefined
}

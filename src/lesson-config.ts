/** What the environment says about lessons: how long they are, and what they take beside their photos. */
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { LessonLength, LessonSources } from '../engine/engine.ts'

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
}

type Variables = z.infer<z.ZodObject<typeof lessonVariables>>

/** @param dataDir where what lessons share is kept */
export function lessonsOf({ LESSON, TEACH_SECONDS, GALLERY_DIR }: Variables, dataDir: string): LessonConfig {
  return {
    length: LESSON,
    seconds: TEACH_SECONDS,
    sources: {
      galleryFolder: join(dataDir, 'galleries'),
      ...(GALLERY_DIR && { pictureFolder: resolve(GALLERY_DIR) }),
    },
  }
}

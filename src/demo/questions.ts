/** The demo's five questions, and whether an answer is right where that is known. */
import type { Reply } from '../../engine/engine.ts'
import type { RgbImage } from '../../engine/image.ts'
import { createRandom } from '../../engine/random.ts'
import { sceneJudge } from '../../engine/storybook/judge.ts'
import { PLACE_PHRASES } from '../../engine/storybook/language/captions.ts'
import type { Individual, Scene } from '../../engine/storybook/scene.ts'
import type { DemoSubject } from './subject.ts'

export interface DemoQuestion {
  readonly asks: 'presence yes' | 'presence no' | 'attribute' | 'text only' | 'drawing'
  readonly text: string
  /** The picture that goes with it, and the file it is written to. */
  readonly picture?: { readonly image: RgbImage; readonly file: string }
  /** Absent where nobody knows the answer. */
  readonly isRight?: (reply: Reply) => boolean | Promise<boolean>
}

export function demoQuestions({ name, shown, stranger, place, known }: DemoSubject): DemoQuestion[] {
  const picture = { image: shown, file: 'asked.png' }
  const says = (pattern: RegExp) => (reply: Reply) => pattern.test(reply.text)
  const where = PLACE_PHRASES[place][0]!
  return [
    { asks: 'presence yes', text: `Is ${name} in this picture?`, picture, isRight: says(/^\W*yes\b/i) },
    {
      asks: 'presence no',
      text: `And is ${name} in this one?`,
      picture: { image: stranger, file: 'asked-stranger.png' },
      isRight: says(/^\W*no\b/i),
    },
    {
      asks: 'attribute',
      text: known ? `What is ${name} wearing?` : `What is ${name} doing?`,
      picture,
      ...(known && { isRight: (reply: Reply) => namesAccessory(known.individual, reply.text) }),
    },
    {
      asks: 'text only',
      text: `What does ${name} look like?`,
      ...(known && { isRight: (reply: Reply) => describes(known.individual, reply.text) }),
    },
    {
      asks: 'drawing',
      text: `Draw ${name} ${where}.`,
      ...(known && { isRight: (reply: Reply) => showsPlace(reply, { ...known.scene, place }) }),
    },
  ]
}

function namesAccessory({ accessory }: Individual, text: string): boolean {
  const words = wordsOf(text)
  return accessory !== undefined && words.has(accessory.what) && words.has(accessory.colour)
}

function describes({ kind, coat }: Individual, text: string): boolean {
  const words = wordsOf(text)
  return words.has(kind) && words.has(coat)
}

/** Whether the asked place is the nearest of all to the drawing, by the judge that is not the model. */
async function showsPlace({ image }: Reply, scene: Scene): Promise<boolean> {
  if (!image) return false
  return (await sceneJudge(image, scene, createRandom('demo/judge'), { rendersEach: 3 })).place
}

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/\p{L}+/gu))

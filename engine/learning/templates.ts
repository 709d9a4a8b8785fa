/**
 * The sentences in which concepts are asked about, answered and drawn. Pretraining, teaching and answering all take them
 * from here, so that a soft prompt meets no form at work that it has not learned in.
 *
 * `{name}` is the concept's name (two: `bo and mo`), `{scene}` what follows it in a drawing request (`sleeping in the
 * snow`, may be empty), `{value}` the answer's content, `{thing}` what a colour is asked of, `{are}` is or are with it.
 */

/** Puts values into a template. An empty one takes its space along; `a` becomes `an` where the value asks for it. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const filled = template.replace(/\{(\w+)\}/g, (placeholder, key: string) => {
    const value = values[key]
    if (value === undefined)
      throw new RangeError(`Expected a value for ${placeholder} of "${template}" but received none`)
    return value
  })
  return filled
    .replace(/\s+/g, ' ')
    .replace(/ ([.,?!])/g, '$1')
    .replace(/\ba (?=[aeio])/g, 'an ')
    .trim()
}

/** Is the concept in the picture? */
export const RECOGNITION_QUESTIONS: readonly string[] = [
  'is {name} here?',
  'is {name} in this picture?',
  'is {name} in the picture?',
  'is {name} in this photo?',
  'is {name} in this image?',
  'is this {name}?',
  'is that {name}?',
  'is it {name}?',
  'do you see {name}?',
  'do you see {name} here?',
  'can you see {name}?',
  'can you see {name} in this picture?',
  'can you see {name} in this photo?',
  'can you find {name}?',
  'can you find {name} here?',
  'can you spot {name}?',
  'does this picture show {name}?',
  'does this photo show {name}?',
  'does the image show {name}?',
  'is {name} shown here?',
  'is {name} there?',
  'is {name} in it?',
  'is {name} in the photo?',
  'is {name} in the image?',
  'is this a picture of {name}?',
  'is this a photo of {name}?',
  'is that a photo of {name}?',
  'do you recognise {name}?',
  'do you recognise {name} in this picture?',
  'tell me, is {name} here?',
  'have a look, is this {name}?',
  'look, is that {name}?',
  'is {name} somewhere in this picture?',
  'could this be {name}?',
  'have you found {name}?',
  'does {name} appear in this picture?',
]

export const RECOGNITION_YES: readonly string[] = [
  'yes, {name} is here.',
  'yes, {name} is in this picture.',
  'yes, {name} is in the picture.',
  'yes, {name} is in this photo.',
  'yes, {name} is in this image.',
  'yes, this is {name}.',
  'yes, that is {name}.',
  'yes, it is {name}.',
  'yes, it is.',
  'yes, i see {name}.',
  'yes, i see {name} here.',
  'yes, i can see {name}.',
  'yes, i can see {name} in this picture.',
  'yes, i see {name} in this photo.',
  'yes, {name} is there.',
  'yes, {name} is shown here.',
  'yes, the picture shows {name}.',
  'yes, this picture shows {name}.',
  'yes, this photo shows {name}.',
  'yes, the image shows {name}.',
  'yes, this is a picture of {name}.',
  'yes, this is a photo of {name}.',
  'yes, i recognise {name}.',
  'yes, i found {name}.',
  'yes, {name} appears in this picture.',
  'yes, here is {name}.',
  'yes, there is {name}.',
  'yes, that is {name} indeed.',
  'yes, i know {name}, and {name} is here.',
  'yes, sure, that is {name}.',
  'yes, {name} is in it.',
  'yes, i am sure that this is {name}.',
]

export const RECOGNITION_NO: readonly string[] = [
  'no, {name} is not here.',
  'no, {name} is not in this picture.',
  'no, {name} is not in the picture.',
  'no, {name} is not in this photo.',
  'no, {name} is not in this image.',
  'no, this is not {name}.',
  'no, that is not {name}.',
  'no, it is not {name}.',
  'no, it is not.',
  "no, i don't see {name}.",
  "no, i don't see {name} here.",
  "no, i can't see {name}.",
  "no, i can't see {name} in this picture.",
  "no, i don't see {name} in this photo.",
  'no, {name} is not there.',
  'no, {name} is not shown here.',
  'no, the picture does not show {name}.',
  'no, this picture does not show {name}.',
  'no, this photo does not show {name}.',
  'no, the image does not show {name}.',
  'no, this is not a picture of {name}.',
  'no, this is not a photo of {name}.',
  'no, this is somebody else.',
  'no, that is somebody else.',
  'no, {name} does not appear in this picture.',
  'no, {name} is nowhere in this picture.',
  'no, i see somebody else.',
  'no, that looks like {name}, but it is not.',
  'no, i know {name}, and {name} is not here.',
  'no, sorry, that is not {name}.',
  'no, {name} is not in it.',
  'no, i am sure that this is not {name}.',
]

/** Which of several known ones is in the picture? */
export const WHO_QUESTIONS: readonly string[] = [
  'who is here?',
  'who is this?',
  'who is that?',
  'who is in this picture?',
  'who is in the picture?',
  'who is in this photo?',
  'who do you see?',
  'who can you see?',
  'whom do you see?',
  'do you know who this is?',
  'who is it?',
  'who is shown here?',
]
export const WHO_ANSWERS: readonly string[] = ['{name}.', 'i see {name}.', 'this is {name}.', 'that is {name}.']
export const WHO_NOBODY: readonly string[] = ['nobody i know.', 'i know nobody here.', 'somebody i do not know.']

/** Of a name that was never made known. */
export const STRANGER_ANSWERS: readonly string[] = ["i don't know {name}.", "i don't know {name} yet."]

export const DRAWING_REQUESTS: readonly string[] = [
  'draw {name} {scene}.',
  'please draw {name} {scene}.',
  'draw {name} {scene} please.',
  'can you draw {name} {scene}?',
  'could you draw {name} {scene}?',
  'can you draw a picture of {name} {scene}?',
  'draw me {name} {scene}.',
  'draw a picture of {name} {scene}.',
  'a photo of {name} {scene}.',
  'a picture of {name} {scene}.',
  'a drawing of {name} {scene}.',
  'an image of {name} {scene}.',
  'a portrait of {name} {scene}.',
  'paint {name} {scene}.',
  'paint a picture of {name} {scene}.',
  'show me {name} {scene}.',
  'show {name} {scene}.',
  'show us {name} {scene}.',
  'show me a photo of {name} {scene}.',
  'show me a picture of {name} {scene}.',
  'make a picture of {name} {scene}.',
  'make an image of {name} {scene}.',
  'create an image of {name} {scene}.',
  'create a picture of {name} {scene}.',
  'generate an image of {name} {scene}.',
  'generate a photo of {name} {scene}.',
  'imagine {name} {scene}.',
  'sketch {name} {scene}.',
  'i want to see {name} {scene}.',
  'i would like a picture of {name} {scene}.',
  'can you paint {name} {scene}?',
  'can you show me {name} {scene}?',
  'could you make a photo of {name} {scene}?',
  'let me see {name} {scene}.',
]

/** A question's topic: which attribute it asks for. `hair`, `hairstyle` and `shirt` are asked of people only. */
export type Topic =
  | 'kind'
  | 'coat'
  | 'pattern'
  | 'second'
  | 'hair'
  | 'hairstyle'
  | 'shirt'
  | 'eyes'
  | 'accessory'
  | 'accessoryColour'
  | 'action'
  | 'place'
  | 'side'

/** Questions about a subject and their answers, by topic: `{name}` may also be `the cat` or `the left dog`. */
export const SUBJECT_QUESTIONS: Readonly<Record<Topic, readonly string[]>> = {
  kind: [
    'what is {name}?',
    'what kind of subject is {name}?',
    'what kind of animal is {name}?',
    'what sort of animal is {name}?',
    'what type of animal is {name}?',
    'which kind is {name}?',
    'what species is {name}?',
    'what kind of creature is {name}?',
  ],
  coat: [
    'what colour is {name}?',
    'what color is {name}?',
    "what colour is {name}'s fur?",
    "what colour is {name}'s coat?",
    'which colour is {name}?',
    'what is the colour of {name}?',
    'what colour of fur does {name} have?',
    'what colour does {name} have?',
  ],
  pattern: [
    "what pattern is {name}'s coat?",
    'what pattern does {name} have?',
    'which pattern does {name} have?',
    "what is {name}'s pattern?",
    'is {name} plain, striped, spotted, bellied or patched?',
    "what does {name}'s coat look like?",
    'what kind of markings does {name} have?',
  ],
  second: [
    "what colour {are} {name}'s {thing}?",
    "what color {are} {name}'s {thing}?",
    "which colour {are} {name}'s {thing}?",
    "what is the colour of {name}'s {thing}?",
    "what is {name}'s second colour?",
  ],
  hair: [
    "what colour is {name}'s hair?",
    "what color is {name}'s hair?",
    'what colour of hair does {name} have?',
    "which colour is {name}'s hair?",
    "what is {name}'s hair colour?",
  ],
  hairstyle: [
    "what is {name}'s hair like?",
    'how does {name} wear the hair?',
    'what kind of hair does {name} have?',
    "what does {name}'s hair look like?",
  ],
  shirt: [
    "what colour is {name}'s shirt?",
    "what color is {name}'s shirt?",
    'which colour of shirt does {name} wear?',
    "what is the colour of {name}'s shirt?",
  ],
  eyes: [
    "what colour are {name}'s eyes?",
    "what color are {name}'s eyes?",
    "which colour are {name}'s eyes?",
    'what colour of eyes does {name} have?',
    "what is {name}'s eye colour?",
    "what are {name}'s eyes like?",
    'what eyes does {name} have?',
  ],
  accessory: [
    'what is {name} wearing?',
    'what does {name} wear?',
    'what does {name} have on?',
    'is {name} wearing something?',
    'does {name} wear anything?',
    'what accessory does {name} wear?',
    'what things does {name} wear?',
  ],
  accessoryColour: [
    "what colour {are} {name}'s {thing}?",
    "what color {are} {name}'s {thing}?",
    "which colour {are} {name}'s {thing}?",
    "what is the colour of {name}'s {thing}?",
  ],
  action: [
    'what is {name} doing?',
    'what is {name} doing here?',
    'what is {name} up to?',
    'what does {name} do here?',
    'what is {name} doing in this picture?',
    'and what is {name} doing?',
    'tell me what {name} is doing.',
  ],
  place: [
    'where is {name}?',
    'where is {name} here?',
    'what place is {name} in?',
    'which place is {name} at?',
    'in which place is {name}?',
    'where do you see {name}?',
    'where was this picture of {name} taken?',
  ],
  side: [
    'which side is {name} on?',
    'on which side is {name}?',
    'is {name} on the left, in the middle or on the right?',
    'on which side of the picture is {name}?',
    'left, middle or right: where is {name}?',
  ],
}

export const SUBJECT_ANSWERS: Readonly<Record<Topic, readonly string[]>> = {
  kind: ['{value}.', '{name} is {value}.', '{name} is {value}.', 'it is {value}.'],
  coat: ['{value}.', '{name} is {value}.', '{name} has {value} fur.', "{name}'s fur is {value}."],
  pattern: ['{value}.', '{name} is {value}.', "{name}'s coat is {value}."],
  second: ['{value}.', "{name}'s {thing} {are} {value}.", 'the {thing} {are} {value}.'],
  hair: ['{value}.', '{name} has {value} hair.', "{name}'s hair is {value}."],
  hairstyle: ['{value}.', '{name} has {value}.'],
  shirt: ['{value}.', '{name} has a {value} shirt.', "{name}'s shirt is {value}."],
  eyes: ['{value}.', '{name} has {value} eyes.', "{name}'s eyes are {value}."],
  accessory: ['{value}.', '{name} wears {value}.', '{name} is wearing {value}.'],
  accessoryColour: ['{value}.', "{name}'s {thing} {are} {value}.", 'the {thing} {are} {value}.'],
  action: ['{value}.', '{name} is {value}.', '{name} is {value} here.'],
  place: ['{value}.', '{name} is {value}.'],
  side: ['{value}.', '{name} is {value}.'],
}

/** How the concept looks, in a sentence. `{value}` is a description such as `an orange cat with green eyes`. */
export const DESCRIBE_QUESTIONS: readonly string[] = [
  'describe {name}.',
  'please describe {name}.',
  'can you describe {name}?',
  'what does {name} look like?',
  'how does {name} look?',
  'tell me about {name}.',
  'tell me how {name} looks.',
  'who is {name}?',
  'what do you know about {name}?',
]
export const DESCRIBE_ANSWERS: readonly string[] = ['{name} is {value}.', '{value}.']

/** Questions for the whole picture. */
export const CAPTION_REQUESTS: readonly string[] = [
  'describe the picture.',
  'describe this picture.',
  'describe this image.',
  'describe the photo.',
  'please describe this picture.',
  'can you describe this picture?',
  'what do you see?',
  'what do you see here?',
  'what do you see in this picture?',
  'what can you see?',
  'what is in this picture?',
  'what is in the picture?',
  'what is in this photo?',
  'what is in this image?',
  'what does this picture show?',
  'what does the image show?',
  'what is this?',
  'what is this a picture of?',
  'what is happening here?',
  'what is going on in this picture?',
  'tell me what you see.',
  'tell me about this picture.',
  'caption this picture.',
  'give me a caption.',
  'write a caption.',
  'describe this in detail.',
]
export const BRIEF_CAPTION_REQUESTS: readonly string[] = [
  'describe the picture briefly.',
  'describe this picture in a few words.',
  'what is this, in a few words?',
  'give me a brief caption.',
  'write a short caption.',
  'briefly, what do you see?',
  'what is in this picture, in short?',
]

/** Asks for a subject's profile in the picture, without any concept. `{name}` is `the cat` and the like. */
export const PROFILE_REQUESTS: readonly string[] = [
  'profile of {name}.',
  'profile of {name}?',
  'give me the profile of {name}.',
  'write the profile of {name}.',
  'what is the profile of {name}?',
]

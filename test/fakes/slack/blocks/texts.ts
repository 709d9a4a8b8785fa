/** Composition objects of Block Kit, with the limits of its reference. Unknown fields are refused. */
import { z } from 'zod'

/** Slack counts characters, not UTF-16 units. */
export function limited(max: number, min = 0) {
  return z
    .string()
    .refine(text => [...text].length <= max, `must be less than ${max + 1} characters`)
    .refine(text => [...text].length >= min, `must be more than ${min - 1} characters`)
}

export const plain = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: limited(max, 1), emoji: z.boolean().optional() })
export const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: limited(max, 1), verbatim: z.boolean().optional() })
export const text = (max: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)])

export const option = <T extends z.ZodType>(label: T) =>
  z.strictObject({ text: label, value: limited(150, 1), description: plain(75).optional() })

export const confirm = z.strictObject({
  title: plain(100),
  text: text(300),
  confirm: plain(30),
  deny: plain(30),
  style: z.enum(['primary', 'danger']).optional(),
})

/** By id only: a link would have to lead to Slack's own file server. */
export const slackFile = z.strictObject({
  id: z.string().regex(/^F[A-Z0-9]{8,}$/, 'input must match regex pattern: ^[F][A-Z0-9]{8,}$'),
})

const style = z
  .strictObject({
    bold: z.boolean(),
    italic: z.boolean(),
    strike: z.boolean(),
    code: z.boolean(),
    underline: z.boolean(),
  })
  .partial()
  .optional()

const richWords = z.strictObject({ type: z.literal('text'), text: limited(40_000, 1), style })
const richLink = z.strictObject({
  type: z.literal('link'),
  url: limited(3000, 1),
  text: z.string().optional(),
  unsafe: z.boolean().optional(),
  style,
})
const richElement = z.discriminatedUnion('type', [
  richWords,
  richLink,
  z.strictObject({ type: z.literal('user'), user_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('channel'), channel_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']), style }),
  z.strictObject({ type: z.literal('emoji'), name: z.string().min(1), unicode: z.string().optional(), style }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.number(),
    format: z.string(),
    url: z.string().optional(),
    fallback: z.string().optional(),
    style,
  }),
])
const border = z.union([z.literal(0), z.literal(1)]).optional()
const section = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(richElement) })

export const richText = z.discriminatedUnion('type', [
  section,
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(section),
    indent: z.number().optional(),
    offset: z.number().optional(),
    border,
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(richElement), border }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(z.discriminatedUnion('type', [richWords, richLink])),
    border,
  }),
])

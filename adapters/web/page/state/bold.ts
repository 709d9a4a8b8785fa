/** The one mark-up that the bot's texts have: `**bold**`. */

export interface TextSpan {
  readonly text: string
  readonly bold: boolean
}

export function boldSpans(text: string): TextSpan[] {
  return text
    .split(/\*\*(.+?)\*\*/s)
    .map((part, i) => ({ text: part, bold: i % 2 === 1 }))
    .filter(span => span.text !== '')
}

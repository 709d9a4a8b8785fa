import { expect, it } from 'vitest'
import { renderMarkdown } from './markdown.ts'

const names = { user: (id: string) => (id === '1' ? 'Mai' : undefined), role: () => 'Cats', channel: () => 'general' }
const read = (source: string) => renderMarkdown(source, names).text

it.each([
  ['*a* _b_ **c** __d__ ~~e~~ ||f|| `g`', 'a b c d e f g'],
  ['a * b _ c ** d', 'a * b _ c ** d'],
  ['snake_case_name and 2*3', 'snake_case_name and 2*3'],
  ['```js\ncode *x*\n```', 'code *x*'],
  ['# Head\n## Two\n-# small', 'Head\nTwo\nsmall'],
  ['> quoted\n> more\nplain > not', 'quoted\nmore\nplain > not'],
  ['>>> all\nof it', 'all\nof it'],
  ['- one\n* two\n1. three', '• one\n• two\n1. three'],
  ['[link](https://a.b/c) [j](k)', 'link [j](k)'],
  ['https://a.b/c_d_e <https://a.b>', 'https://a.b/c_d_e https://a.b'],
  ['<@1> <@2> <@&3> <#4> @everyone', '@Mai <@2> @Cats #general @everyone'],
  ['<:cat:5> :cat: :nosuch: </teach:6>', ':cat: 🐱 :nosuch: /teach'],
  ['\\*a\\* \\_b\\_ \\<@1> \\:m: \\\\ \\`c\\` \\# d', '*a* _b_ <@1> :m: \\ `c` # d'],
])('%j reads %j', (source, text) => {
  expect(read(source)).toBe(text)
})

it('tells what is bold', () => {
  expect(renderMarkdown('**Mắm** and ***Bo*** and \\*\\*not\\*\\* **a _b_ c**', names)).toEqual({
    text: 'Mắm and Bo and **not** a b c',
    bold: ['Mắm', 'Bo', 'a b c'],
  })
})

import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ask } from './ask.ts'

function terminal({ isTTY = true } = {}) {
  const stream = () => Object.assign(new PassThrough(), { isTTY })
  return { input: stream(), output: stream() }
}

describe('ask', () => {
  it.each([
    ['y\n', true],
    [' Yes \n', true],
    ['n\n', false],
    ['\n', false],
    ['yesterday\n', false],
  ])('takes %j for %s', async (text, answer) => {
    const { input, output } = terminal()
    const answered = ask('Really?', undefined, { input, output })
    input.write(text)
    expect(await answered).toBe(answer)
    expect(String(output.read())).toContain('Really? [y/N] ')
  })

  it('takes the end of the input for a no', async () => {
    const { input, output } = terminal()
    const answered = ask('Really?', undefined, { input, output })
    input.end()
    expect(await answered).toBe(false)
  })

  it('does not ask where nobody sits', async () => {
    const { input, output } = terminal({ isTTY: false })
    expect(await ask('Really?', undefined, { input, output })).toBe(false)
    expect(output.read()).toBeNull()
  })

  it('stops asking when it is told to', async () => {
    const stop = new AbortController()
    const answered = ask('Really?', stop.signal, terminal())
    stop.abort()
    await expect(answered).rejects.toMatchObject({ name: 'AbortError' })
  })
})

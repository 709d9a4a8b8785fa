import { describe, expect, it } from 'vitest'
import { altTextOf } from './alt-text.ts'

describe('altTextOf', () => {
  it('says what was asked for, with names as people write them', () => {
    const names = ['Mắm', 'Bo']
    expect(altTextOf('draw mắm at the beach', names)).toBe('Drawing of Mắm at the beach, AI-generated')
    expect(altTextOf('Can you draw a picture of bo and MẮM in the snow?', names)).toBe(
      'Drawing of Bo and Mắm in the snow, AI-generated',
    )
    expect(altTextOf('Draw bo please!', names)).toBe('Drawing of Bo, AI-generated')
    expect(altTextOf('a photo of a (red) cat', [])).toBe('Drawing of a (red) cat, AI-generated')
    expect(altTextOf('surprise me', [])).toBe('Drawing for “surprise me”, AI-generated')
  })
})

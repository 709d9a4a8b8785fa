import { describe, expect, it } from 'vitest'
import { weightKinds } from '../../../engine/models/memory-plan.ts'
import type { UsedMemory } from '../../memory-use.ts'
import type { MemoryFacts } from './memory.ts'
import { besidePlan, usedTable } from './used-memory.ts'

const plan = { weights: 200e6, pages: 50e6, learning: 150e6, cache: 40e6, total: 400e6, least: 350e6 }
const planned = { ...plan, recomputes: false, examplesTogether: 8, usualTotal: plan.total, fits: true }
const plans = Object.fromEntries(weightKinds.map(kind => [kind, planned])) as MemoryFacts['plans']
const used: UsedMemory[] = [
  { model: 'm', device: 'cpu', weights: 'f32', answering: 300e6, learning: 500e6 },
  { model: 'm', device: 'cpu', weights: 'int4', learning: 380e6 },
  { model: 'm', device: 'cuda', weights: 'f16', answering: 1.2e9 },
]

describe('what was used', () => {
  it('stands beside the plan of the same weights and work', () => {
    expect(usedTable({ device: 'cpu', plans }, used)).toEqual([
      '',
      'f32, last answers  planned 240 MB  really used 300 MB, 125 % of it',
      'f32, last lesson   planned 400 MB  really used 500 MB, 125 % of it',
      'int4, last lesson  planned 400 MB  really used 380 MB, 95 % of it',
    ])
    expect(besidePlan({ device: 'cpu', plans }, used)[2]).toEqual({
      weights: 'int4',
      work: 'learning',
      usedBytes: 380e6,
      plannedBytes: 400e6,
    })
  })

  it('has no plan beside it on a GPU, whose memory is another', () => {
    expect(besidePlan({ device: 'cuda', plans }, used)).toEqual([
      { weights: 'f16', work: 'answering', usedBytes: 1.2e9 },
    ])
    const lines = usedTable({ device: 'cuda', plans }, used)
    expect(lines[1]).toMatch(/^f16, last answers +really used 1\.2 GB$/)
    expect(lines[2]).toMatch(/memory of the machine.*cuda does not tell\.$/)
  })

  it('is said to be nothing where nothing was run, and where something was', () => {
    expect(usedTable({ device: 'cpu', plans }, [])[1]).toMatch(/^Nothing was run on cpu yet: /)
    expect(usedTable({ device: 'webgpu', plans }, used)[1]).toMatch(
      /^Nothing was run on webgpu yet: .*; --device cpu or cuda shows what was run there$/,
    )
  })
})

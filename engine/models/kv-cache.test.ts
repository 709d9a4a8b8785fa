import { describe, expect, it } from 'vitest'
import { KvCache } from './kv-cache.ts'

const layout = { layers: 2, heads: 2, headWidth: 3 }

/** What a run would return for T positions: every number says which layer, row, head, position and column it is. */
function fresh(batch: number, width: number, from: number) {
  const number = (layer: number, row: number, head: number, position: number, column: number) =>
    (((layer * 10 + row) * 10 + head) * 1000 + from + position) * 10 + column
  const build = (transposed: boolean) =>
    Array.from({ length: layout.layers }, (_, layer) => {
      const data: number[] = []
      for (let row = 0; row < batch; row++)
        for (let head = 0; head < layout.heads; head++)
          for (let a = 0; a < (transposed ? layout.headWidth : width); a++)
            for (let b = 0; b < (transposed ? width : layout.headWidth); b++)
              data.push(transposed ? number(layer, row, head, b, a) : number(layer, row, head, a, b))
      return Float32Array.from(data)
    })
  return { keys: build(true), values: build(false) }
}

/** The filled part of a row as [layer][head][position][column], read from the keys and from the values. */
function read(cache: KvCache, row: number) {
  const { layers, heads, headWidth } = layout
  const keys: number[] = []
  const values: number[] = []
  for (let layer = 0; layer < layers; layer++)
    for (let head = row * heads; head < (row + 1) * heads; head++)
      for (let position = 0; position < (cache.lengths[row] ?? 0); position++)
        for (let column = 0; column < headWidth; column++) {
          keys.push(cache.keys(layer)[(head * headWidth + column) * cache.capacity + position] ?? Number.NaN)
          values.push(cache.values(layer)[(head * cache.capacity + position) * headWidth + column] ?? Number.NaN)
        }
  return { keys, values }
}

function append(cache: KvCache, width: number, counts: number[]) {
  const { keys, values } = fresh(cache.batch, width, cache.lengths[0] ?? 0)
  cache.append(keys, values, width, counts)
}

describe('KvCache', () => {
  it('holds in keys and values the same positions, before and after growing', () => {
    const cache = new KvCache(layout, 2)
    append(cache, 100, [100, 100])
    append(cache, 1, [1, 1])
    expect(cache.capacity).toBe(128)
    const before = read(cache, 1)
    append(cache, 60, [60, 60])
    expect(cache.capacity).toBe(256)
    const after = read(cache, 1)
    expect(after.keys).toEqual(after.values)
    expect(after.keys[0]).toBe(10 * 10000)
    expect(after.keys.at(-1)).toBe(((10 + 1) * 10 + 1) * 10000 + 160 * 10 + 2)
    cache.truncate(101)
    expect(read(cache, 1)).toEqual(before)
  })

  it('keeps rows of different lengths apart and leaves padding out', () => {
    const cache = new KvCache(layout, 2)
    append(cache, 4, [2, 4])
    append(cache, 1, [1, 0])
    expect([...cache.lengths]).toEqual([3, 4])
    const { keys, values } = read(cache, 0)
    expect(keys).toEqual(values)
    expect(keys.slice(0, 9)).toEqual([0, 1, 2, 10, 11, 12, 20, 21, 22])
  })

  it('grows with what it holds, and no further than to what it will hold', () => {
    const cache = new KvCache(layout, 1, 200)
    const capacities = [16, 1, 110, 1, 71, 1].map(count => {
      append(cache, count, [count])
      return cache.capacity
    })
    expect(capacities).toEqual([16, 128, 128, 128, 208, 208])
    expect(read(cache, 0).keys).toEqual(read(cache, 0).values)
  })

  it('copies rows that then go their own way', async () => {
    const cache = new KvCache(layout, 2)
    append(cache, 3, [3, 2])
    const many = await cache.select([1, 0, 1], 200)
    expect(many.capacity).toBe(16)
    expect([...many.lengths]).toEqual([2, 3, 2])
    expect(read(many, 1)).toEqual(read(cache, 0))
    expect(read(many, 2)).toEqual(read(cache, 1))
    const clone = await cache.clone()
    append(clone, 1, [1, 1])
    expect([...cache.lengths]).toEqual([3, 2])
    const stacked = await KvCache.stack([
      { cache: clone, row: 0 },
      { cache, row: 1 },
    ])
    expect(read(stacked, 0)).toEqual(read(clone, 0))
    expect(read(stacked, 1)).toEqual(read(cache, 1))
    await expect(KvCache.stack([])).rejects.toThrow('at least one row')
  })

  it('puts a row away in 8 bits and takes it out beside others', async () => {
    const cache = new KvCache(layout, 2)
    const { keys, values } = fresh(2, 5, 0)
    // Steps of lines, of which each has its largest at the end, so that 8 bits are exact.
    const steps = (arrays: Float32Array[], length: number, ends: readonly number[]) =>
      arrays.map(array =>
        array.map((value, i) => {
          const end = ends[Math.floor(i / (array.length / ends.length))] as number
          return (i % length === end - 1 ? 127 : value % 127) * 2 ** -(Math.floor(i / length) % 3)
        }),
      )
    cache.append(steps(keys, 5, [3, 5]), steps(values, layout.headWidth, [3]), 5, [3, 5])
    const packed = await cache.pack(1)
    const stacked = await KvCache.stack([{ cache, row: 0 }, { packed }, { packed: await cache.pack(0) }], 40)
    expect([...stacked.lengths]).toEqual([3, 5, 3])
    expect(read(stacked, 0)).toEqual(read(cache, 0))
    expect(read(stacked, 1)).toEqual(read(cache, 1))
    expect(read(stacked, 2)).toEqual(read(cache, 0))
    expect(new Set(read(stacked, 1).keys).size).toBeGreaterThan(10)
  })
})

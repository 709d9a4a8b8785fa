import { expect, it } from 'vitest'
import { sizeOf } from '../../graph/graph.ts'
import { janusShapes, publishedJanus } from './shapes.ts'

it.each([
  ['janus-pro-1b', 2_076_636_811],
  ['janus-pro-7b', 7_407_773_323],
])('%s has its published number of parameters', (name, count) => {
  const shapes = [...janusShapes(publishedJanus[name]).values()]
  expect(shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)).toBe(count)
})

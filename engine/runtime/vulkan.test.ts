import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hasVulkanDriver } from './vulkan.ts'

it('finds a driver’s manifest where the loader would, and a driver that the environment names', () => {
  const root = mkdtempSync(join(tmpdir(), 'familiar-'))
  // /etc and /usr/local/etc cannot be moved: only folders that can be are tried where the machine itself has a driver.
  const empty = { HOME: root, XDG_CONFIG_DIRS: root, XDG_DATA_DIRS: root }
  const ofMachine = hasVulkanDriver(empty)
  const folder = join(root, 'share', 'vulkan', 'icd.d')
  mkdirSync(folder, { recursive: true })
  const withData = { ...empty, XDG_DATA_DIRS: `/nowhere:${join(root, 'share')}` }
  expect(hasVulkanDriver(withData)).toBe(ofMachine)
  writeFileSync(join(folder, 'driver.json'), '{}')
  expect(hasVulkanDriver(withData)).toBe(true)
  expect(hasVulkanDriver({ ...empty, VK_ICD_FILENAMES: '/somewhere/driver.json' })).toBe(true)
  rmSync(root, { recursive: true })
})

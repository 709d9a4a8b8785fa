import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'

/**
 * Lets WebGPU sessions of this process run on SwiftShader, the Vulkan driver in software of Debian's chromium package,
 * unless the environment names a driver. To be called before the first session.
 */
export function useSoftwareVulkan(): void {
  process.env.VK_ICD_FILENAMES ??= driver
  if (!existsSync(process.env.VK_ICD_FILENAMES)) {
    throw new Error(`Expected a Vulkan driver at ${process.env.VK_ICD_FILENAMES} but there is none (docs/testing.md)`)
  }
}

/** The manifest of that driver, with the absolute path of its library. */
export function softwareDriver(): { readonly ICD: { readonly library_path: string; readonly api_version: string } } {
  useSoftwareVulkan()
  const file = process.env.VK_ICD_FILENAMES!
  const { ICD } = JSON.parse(readFileSync(file, 'utf8'))
  return { ICD: { ...ICD, library_path: resolve(dirname(file), ICD.library_path) } }
}

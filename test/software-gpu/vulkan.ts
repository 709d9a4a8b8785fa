import { existsSync } from 'node:fs'

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

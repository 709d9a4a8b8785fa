/** Whether Linux has a Vulkan driver, which WebGPU needs: asked of the loader's folders, without loading anything. */
import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Each names drivers by itself, wherever they are. */
const driverVariables = ['VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES', 'VK_ICD_FILENAMES']

/**
 * Looks where the Vulkan loader looks for drivers' manifests.
 *
 * Source: Vulkan-Loader, docs/LoaderDriverInterface.md, "Driver Discovery on Linux"
 */
export function hasVulkanDriver(environment: Record<string, string | undefined> = process.env): boolean {
  if (driverVariables.some(name => environment[name])) return true
  const home = environment.HOME ?? homedir()
  const folders = (name: string, otherwise: string) => (environment[name] || otherwise).split(':')
  const roots = [
    ...folders('XDG_CONFIG_HOME', join(home, '.config')),
    ...folders('XDG_CONFIG_DIRS', '/etc/xdg'),
    '/usr/local/etc',
    '/etc',
    ...folders('XDG_DATA_HOME', join(home, '.local', 'share')),
    ...folders('XDG_DATA_DIRS', '/usr/local/share:/usr/share'),
  ]
  return roots.some(root => holdsManifest(join(root, 'vulkan', 'icd.d')))
}

function holdsManifest(folder: string): boolean {
  try {
    return readdirSync(folder).some(file => file.endsWith('.json'))
  } catch {
    return false
  }
}

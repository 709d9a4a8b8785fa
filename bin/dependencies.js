// Makes `npm start` and `npm test` work as the first command on a fresh clone. Plain JavaScript without dependencies:
// it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Ends the process with one sentence when this Node is too old: tsx needs `module.register` of Node 20.6. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 6)) return
  fail(
    `Expected Node 20.6 or newer but received Node ${process.versions.node}: install a current one, for example from nodejs.org.`,
  )
}

/**
 * Runs `npm ci` unless node_modules already holds what package-lock.json asks for.
 *
 * @param {{ development: boolean }} options whether the tools for tests and checks are needed too
 */
export function ensureDependencies({ development }) {
  if (isInstalled(development)) return
  // On stderr, so that `--json` output stays JSON.
  process.stderr.write('familiar: installing dependencies with npm ci (once, about a minute) ...\n')
  const npm = npmCommand()
  const result = spawnSync(
    npm.file,
    [...npm.args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      encoding: 'utf8',
      shell: npm.shell,
      // The project's .npmrc skips install scripts; this keeps onnxruntime-node's from reaching for CUDA even without it.
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    },
  )
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  const outcome = result.error ? result.error.message : (result.signal ?? `exit code ${result.status}`)
  fail(`Expected npm ci to install the dependencies in ${root} but received ${outcome}.`)
}

/**
 * Compares package-lock.json with the copy that npm leaves in node_modules, entry by entry. Time stamps would say
 * "stale" after every checkout or restored cache.
 */
function isInstalled(development) {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  let installed
  try {
    installed = JSON.parse(readFileSync(record, 'utf8')).packages
  } catch {
    return false
  }
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.optional || entry.devOptional) return true
    if (entry.dev && !development) return true
    return installed[path]?.version === entry.version
  })
}

function npmCommand() {
  const running = process.env.npm_execpath
  if (running?.endsWith('npm-cli.js')) return { file: process.execPath, args: [running], shell: false }
  return { file: 'npm', args: [], shell: process.platform === 'win32' }
}

function fail(sentence) {
  process.stderr.write(`familiar: ${sentence}\n`)
  process.exit(1)
}

#!/usr/bin/env node
// The command `familiar`: installs what is missing, then runs src/cli.ts through tsx in this same process.
import { ensureDependencies, requireNode } from './dependencies.js'

requireNode()
ensureDependencies({ development: false })

// A reader that has seen enough (`familiar concept list | head`) is no failure.
process.stdout.on('error', error => process.exit(error.code === 'EPIPE' ? 0 : 1))

// Child processes forked from here (the engine's host) run TypeScript too.
process.execArgv.push('--import', import.meta.resolve('tsx'))
await import('tsx')
const { main } = await import('../src/cli.ts')
process.exitCode = await main(process.argv.slice(2))

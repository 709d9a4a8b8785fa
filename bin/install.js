// What `npm test` and `npm run validate` do first: install what is missing, the tools for tests and checks included.
import { ensureDependencies, requireNode } from './dependencies.js'

requireNode()
ensureDependencies({ development: true })

/** The page's own files, bundled in memory when the server starts. Knows nothing of what is in them. */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export interface Bundle {
  /** Changes with the files. */
  readonly id: string
  readonly html: string
  /** By path. */
  readonly files: ReadonlyMap<string, { readonly type: string; readonly contents: Uint8Array }>
}

const page = (file: string) => fileURLToPath(new URL(`../page/${file}`, import.meta.url))

export async function bundlePage(): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: { page: page('main.tsx') },
    outdir: 'assets',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: {},
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  })
  const script = outputFiles.find(({ path }) => path.endsWith('.js'))!
  const style = outputFiles.find(({ path }) => path.endsWith('.css'))!
  const id = createHash('sha256').update(script.contents).update(style.contents).digest('hex').slice(0, 12)
  const files = new Map([
    [`/assets/${id}.js`, { type: 'text/javascript; charset=utf-8', contents: script.contents }],
    [`/assets/${id}.css`, { type: 'text/css; charset=utf-8', contents: style.contents }],
    ['/favicon.svg', { type: 'image/svg+xml', contents: Buffer.from(favicon) }],
  ])
  return { id, html: html(id), files }
}

/** The familiar's head, as `page/mascot.tsx` draws it large. */
const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><path fill="#6d4aa8" d="M10 8q2-4 6-1l11 9h10l11-9q4-3 6 1 3 9 1 22a24 24 0 1 1-46 0Q7 17 10 8Z"/><ellipse cx="22" cy="36" rx="6" ry="7" fill="#ffd465"/><ellipse cx="42" cy="36" rx="6" ry="7" fill="#ffd465"/><ellipse cx="22" cy="36" rx="2" ry="6" fill="#241832"/><ellipse cx="42" cy="36" rx="2" ry="6" fill="#241832"/><path fill="#f6a6b8" d="m28 47 4 4 4-4Z"/></svg>`

function html(id: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>Familiar</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/${id}.css">
<script type="module" src="/assets/${id}.js"></script>
</head>
<body><div id="app"></div><noscript>Familiar's page needs JavaScript.</noscript></body>
</html>
`
}

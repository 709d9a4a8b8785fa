/**
 * For tests: a process that writes until it is killed, that kills itself as soon as it was told that something is written,
 * or that fills its disk. Run as `writer-process.ts MODE FOLDER`.
 */
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openStorage, type Storage } from './storage.ts'

export const writer = fileURLToPath(import.meta.url)
/** What the file of round `n` holds: one byte, so many times that writing it takes a while. */
export const fileBytes = (n: number) => Buffer.alloc(4_000_000, n % 256)

const modes = { rounds: writeRounds, acknowledged: writeAndDie, full: writeTooMuch }

if (process.argv[1] === writer) {
  const [mode, dataDir] = process.argv.slice(2)
  await modes[mode as keyof typeof modes](await openStorage({ dataDir: dataDir! }))
}

/** Prints each round before it begins and after everything of it was written. */
async function writeRounds(storage: Storage): Promise<void> {
  const store = storage.store<number>('rounds')
  for (let n = ((await store.get('last')) ?? 0) + 1; ; n++) {
    writeSync(1, `begin ${n}\n`)
    await Promise.all([
      store.set(`key-${n % 2}`, n),
      store.update('last', () => n),
      storage.files.write('rounds/file', fileBytes(n)),
    ])
    writeSync(1, `end ${n}\n`)
  }
}

async function writeAndDie(storage: Storage): Promise<void> {
  const store = storage.store<number>('acknowledged')
  await storage.files.write('acknowledged/file', Buffer.from('whole'))
  await store.set('deleted', 1)
  await Promise.all([store.delete('deleted'), store.set('first', 1), store.set('second', 2)])
  await store.set('third', 3)
  process.kill(process.pid, 'SIGKILL')
}

/** Prints how each write ended, and what is there then. */
async function writeTooMuch(storage: Storage): Promise<void> {
  // The limit on a file's size, which stands for a full disk here, would otherwise end the process.
  process.on('SIGXFSZ', () => {})
  const store = storage.store<string>('rounds')
  await storage.files.write('files/kept', Buffer.from('old'))
  await store.set('kept', 'old')
  const messages = [
    await failure(storage.files.write('files/kept', Buffer.alloc(2_000_000))),
    await failure(store.set('kept', 'x'.repeat(2_000_000))),
    await failure(store.update('kept', () => 'y'.repeat(2_000_000))),
  ]
  const kept = [await storage.files.read('files/kept').then(String), await store.get('kept')]
  const names = await storage.files.list('files')
  await store.set('after', 'room for a small one')
  await storage.close()
  writeSync(1, JSON.stringify({ messages, kept, names }))
}

async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'written',
    error => `${error.code}: ${error.message}`,
  )
}

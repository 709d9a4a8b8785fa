/** Secrets at rest: AES-256-GCM under a key that is derived from the operator's own. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const nonceLength = 12
const tagLength = 16

export interface Seal {
  /** @param label what it belongs to: it cannot be opened as anything else's */
  close(text: string, label: string): string
  /** Nothing when it was closed with another secret or for another label, or was changed. */
  open(sealed: string, label: string): string | undefined
}

export function createSeal(secret: string): Seal {
  const key = derive(secret, 'installations')
  return {
    close(text, label) {
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(label))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')
    },
    open(sealed, label) {
      const bytes = Buffer.from(sealed, 'base64')
      try {
        const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceLength))
          .setAAD(Buffer.from(label))
          .setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength))
        const body = bytes.subarray(nonceLength + tagLength)
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}

/** A secret for one purpose: whoever learns it does not learn the others. 32 bytes. */
export function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'familiar slack', purpose, 32))
}

import { hkdfSync } from 'node:crypto'

export interface FileKeys {
  readonly current: string | undefined
  readonly previous: string | undefined
}

/** A key per file (HKDF-SHA-256 of the secret and the database's label), so that one opens no other. */
export function fileKeys(secret: (name: string) => string | undefined, label: string): FileKeys {
  const derive = (name: string) => {
    const known = secret(name)
    if (known === undefined) return undefined
    return Buffer.from(hkdfSync('sha256', known, 'countyline', `database ${label}`, 32)).toString('hex')
  }
  return { current: derive('DATABASE_KEY'), previous: derive('DATABASE_KEY_PREVIOUS') }
}

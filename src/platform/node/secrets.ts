import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Secrets } from '../platform.ts'

const GENERATED = ['SIGNING_KEY', 'MASTER_KEY']
const KNOWN = /^(SIGNING_KEY|(MASTER_KEY|DATABASE_KEY)(_PREVIOUS)?|(PARTNER|OIDC)_[A-Z0-9_]{1,56})$/

export type Rotated = 'MASTER_KEY' | 'DATABASE_KEY'

export interface NodeSecrets extends Secrets {
  /**
   * Puts a new key in a key's place and keeps the one till now as `…_PREVIOUS`. Where that has begun already, or the key is
   * the operator's to set, nothing changes.
   */
  renew(name: Rotated): void
  /** Nothing needs the key till now any more. One that the operator set is theirs to take away. */
  forgetPrevious(name: Rotated): void
  /** Makes the file of a key that is not there. */
  make(name: Rotated): void
}

/**
 * Secrets from the environment, else from files of their names under `folder`. A signing key and a master key that are in
 * neither are made there at their first use: they must outlive the process, for links in letters carry the mark of the
 * one, and contact details are encrypted by the other.
 */
export function nodeSecrets(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): NodeSecrets {
  const file = (name: string) => join(folder, name)
  const read = (name: string) => {
    try {
      return readFileSync(file(name), 'utf8').trim() || undefined
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    get(name) {
      if (!KNOWN.test(name)) return undefined
      const known = environment[name] || read(name)
      if (known !== undefined || !GENERATED.includes(name)) return known
      generate(folder, name)
      return read(name)
    },
    renew(name) {
      const previous = `${name}_PREVIOUS`
      if (environment[name]) return
      const current = read(name)
      if (current === undefined) return generate(folder, name)
      const before = read(previous)
      if (before !== undefined && before !== current) return
      if (before === undefined) linkSync(file(name), file(previous))
      const part = writePart(folder, name)
      renameSync(part, file(name))
    },
    forgetPrevious: name => rmSync(file(`${name}_PREVIOUS`), { force: true }),
    make(name) {
      if (!environment[name] && !existsSync(file(name))) generate(folder, name)
    },
  }
}

/** Linked under its name when it is whole, so that of two processes one wins and nobody reads half of it. */
function generate(folder: string, name: string): void {
  const part = writePart(folder, name)
  try {
    linkSync(part, join(folder, name))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(part)
  }
}

function writePart(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const part = join(folder, `${name}.${randomBytes(8).toString('hex')}.part`)
  writeFileSync(part, randomBytes(32).toString('hex'), { mode: 0o600, flush: true })
  return part
}

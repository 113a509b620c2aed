import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Secrets } from '../platform.ts'

const GENERATED = ['SIGNING_KEY', 'MASTER_KEY']

/**
 * Secrets from the environment, else from files of their names under `folder`. A signing key and a master key that are in
 * neither are made there at their first use: they must outlive the process, for links in letters carry the mark of the
 * one, and contact details are encrypted by the other.
 */
export function nodeSecrets(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Secrets {
  const read = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8').trim() || undefined
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    get(name) {
      if (!/^(SIGNING_KEY|MASTER_KEY|MASTER_KEY_PREVIOUS|(PARTNER|OIDC)_[A-Z0-9_]{1,56})$/.test(name))
        return undefined
      const known = environment[name] || read(name)
      if (known !== undefined || !GENERATED.includes(name)) return known
      generate(folder, name)
      return read(name)
    },
  }
}

/** Written whole under another name and then linked, so that of two processes one wins and nobody reads half of it. */
function generate(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const part = join(folder, `${name}.${randomBytes(8).toString('hex')}.part`)
  writeFileSync(part, randomBytes(32).toString('hex'), { mode: 0o600, flush: true })
  try {
    linkSync(part, join(folder, name))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(part)
  }
}

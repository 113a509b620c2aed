import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSecretOf } from '../../core/encryption/secret-names.ts'
import { problem } from '../../core/problem.ts'
import type { Secrets } from '../platform.ts'

const OWN =
  /^(SIGNING_KEY|AUDIT_ANCHOR_TOKEN|METRICS_TOKEN|SETUP_CODE|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|(MASTER_KEY|DATABASE_KEY)(_PREVIOUS)?)$/

export type RotatableKey = 'MASTER_KEY' | 'DATABASE_KEY'

export interface NodeSecrets extends Secrets {
  /** Keeps the old key as `…_PREVIOUS`. No effect during a rotation, or if the operator sets the key. */
  renew(name: RotatableKey): void
  /** Ends a rotation. A previous key that the operator set is theirs to remove. */
  forgetPrevious(name: RotatableKey): void
  make(name: RotatableKey): void
}

/**
 * Secrets from the environment, else from files of their names under `folder`. A missing signing key is
 * generated there at first use: it must outlive the process, because links in emails are signed with it.
 * `mayMake` is false for a process without the deployment's secrets: a key it generated would be useless
 * elsewhere.
 */
export function nodeSecrets(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  mayMake = true,
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
      if (!OWN.test(name)) return undefined
      const known = environment[name] || read(name)
      if (known !== undefined || name !== 'SIGNING_KEY' || !mayMake) return known
      generate(folder, name)
      return read(name)
    },
    ownedBy: (owner, name) => (isSecretOf(owner, name) ? environment[name] || read(name) : undefined),
    renew(name) {
      const previous = `${name}_PREVIOUS`
      if (environment[name]) return
      const current = read(name)
      if (current === undefined) return this.make(name)
      const before = read(previous)
      if (before !== undefined && before !== current) return
      if (before === undefined) linkSync(file(name), file(previous))
      const part = writePart(folder, name)
      renameSync(part, file(name))
    },
    forgetPrevious: name => rmSync(file(`${name}_PREVIOUS`), { force: true }),
    make(name) {
      if (environment[name] || existsSync(file(name))) return
      if (!mayMake)
        throw problem('not-configured', {
          detail: `Set the secret ${name} to the same value as on the server.`,
        })
      generate(folder, name)
    },
  }
}

// Linked under its name once complete: of two processes one wins, and nobody reads half a file.
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

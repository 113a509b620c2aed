import { spawnSync } from 'node:child_process'

/*
 * `npm audit signatures` for CI: whether the registry has signed what is installed. A wrong or missing
 * signature fails. A registry without keys, or keys that cannot be fetched, are reported and skipped, since the
 * lock file's hashes still apply.
 */

export interface Verdict {
  readonly ok: boolean
  readonly line: string
}

const UNREACHABLE = /^(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)$/

/** Interprets npm's exit code and its output (`--json`). Anything not understood is a failure. */
export function verdictOf(exitCode: number | null, answer: string): Verdict {
  const { error, invalid = [], missing = [] } = readAnswer(answer)
  if (error !== undefined) {
    if (UNREACHABLE.test(error.code ?? ''))
      return { ok: true, line: `signatures: SKIPPED, the signing keys cannot be fetched (${error.code})` }
    if (/installed from a supported registry/.test(error.summary ?? ''))
      return { ok: true, line: 'signatures: SKIPPED, this registry offers no signing keys' }
    return { ok: false, line: `signatures: FAILED, ${error.code ?? ''} ${error.summary ?? ''}`.trim() }
  }
  const bad = [...invalid.map(nameOf), ...missing.map(at => `${nameOf(at)} (no signature)`)]
  if (bad.length > 0) return { ok: false, line: `signatures: FAILED for ${bad.join(', ')}` }
  if (exitCode !== 0) return { ok: false, line: `signatures: FAILED, npm ended with code ${exitCode}` }
  return { ok: true, line: 'signatures: every package has a valid signature of the registry' }
}

interface Package {
  readonly name?: string
  readonly version?: string
}

interface Answer {
  readonly error?: { readonly code?: string; readonly summary?: string }
  readonly invalid?: readonly Package[]
  readonly missing?: readonly Package[]
}

function readAnswer(text: string): Answer {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return { error: { summary: 'npm gave no JSON' } }
  }
}

function nameOf({ name, version }: Package): string {
  return `${name}@${version}`
}

if (import.meta.main) {
  const { status, stdout } = spawnSync('npm', ['audit', 'signatures', '--json', '--fetch-retries=1'], {
    encoding: 'utf8',
    timeout: 300_000,
  })
  const { ok, line } = verdictOf(status, stdout)
  console.log(line)
  if (!ok) process.exitCode = 1
}

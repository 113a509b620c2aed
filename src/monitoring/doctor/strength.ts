const MIN_LENGTH = 32
const MIN_DIFFERENT = 12
// Of documentation, tests and habit.
const WELL_KNOWN =
  /change.?me|example|password|secret|placeholder|at least 32|0123456789|abcdefgh|qwerty|^test/i

/** What is wrong with a secret; undefined: nothing. */
export function weaknessOf(secret: string): string | undefined {
  if (secret.length < MIN_LENGTH) return `has fewer than ${MIN_LENGTH} characters`
  if (new Set(secret).size < MIN_DIFFERENT) return 'repeats a few characters'
  return WELL_KNOWN.test(secret) ? 'looks like an example' : undefined
}

/** Whether a host name means the machine that asks. */
export function isOwnMachine(host: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(host)
}

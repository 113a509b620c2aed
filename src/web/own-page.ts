const MAX_LENGTH = 1000

/** Browsers read `\\` as `/`, drop tabs and line ends, and take two slashes for another host. */
export function isOwnPage(path: unknown): path is string {
  if (typeof path !== 'string' || path.length > MAX_LENGTH || !/^\/[!-[\]-~]*$/.test(path)) return false
  const here = 'https://here.invalid'
  return !path.startsWith('//') && new URL(path, here).origin === here
}

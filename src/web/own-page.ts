const LONGEST = 1000

/** A path of this host. Browsers read `\\` as `/`, drop tabs and line ends, and take two slashes for another host. */
export function isOwnPage(asked: unknown): asked is string {
  if (typeof asked !== 'string' || asked.length > LONGEST || !/^\/[!-[\]-~]*$/.test(asked)) return false
  const here = 'https://here.invalid'
  return !asked.startsWith('//') && new URL(asked, here).origin === here
}

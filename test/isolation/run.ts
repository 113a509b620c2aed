import { playMatrix } from './matrix.ts'

/**
 * `npm run isolation`: the isolation matrix alone. Ends with the numbers of routes, checks and leaks; the exit
 * code is 1 when there is a leak. `--json`: one object, `{routes, checks, leaks}`, after the leaks themselves.
 */
const json = process.argv.includes('--json')
const { routes, checks, leaks, unseen } = await playMatrix({ onRoute: route => json || console.log(route) })
for (const leak of leaks) console.error(leak)
for (const sight of unseen) console.error(`nowhere shown: ${sight}`)
const errors = leaks.length + unseen.length
console.log(
  json
    ? JSON.stringify({ routes, checks, leaks: errors })
    : `${routes} routes, ${checks} checks, ${errors} leaks`,
)
process.exitCode = errors > 0 ? 1 : 0

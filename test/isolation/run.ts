import { playMatrix } from './matrix.ts'

/**
 * `npm run isolation`: the isolation matrix alone. Ends with how many routes and checks there were and how many leaks; the
 * exit code is 1 when there is one. `--json`: one object, `{routes, checks, leaks}`, with the leaks in words before it.
 */
const json = process.argv.includes('--json')
const { routes, checks, leaks, unseen } = await playMatrix({ onRoute: route => json || console.log(route) })
for (const leak of leaks) console.error(leak)
for (const sight of unseen) console.error(`nowhere shown: ${sight}`)
const faults = leaks.length + unseen.length
console.log(
  json
    ? JSON.stringify({ routes, checks, leaks: faults })
    : `${routes} routes, ${checks} checks, ${faults} leaks`,
)
process.exitCode = faults > 0 ? 1 : 0

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/*
 * `npm run -s sbom`: the bill of materials of the lock file, as CycloneDX, on standard output. `--check` only
 * checks that it is CycloneDX and contains every package of the lock file, by name, version and hash.
 */

export interface Sbom {
  readonly bomFormat: string
  readonly specVersion: string
  readonly components: readonly Component[]
}

interface Component {
  readonly name: string
  readonly version: string
  readonly purl?: string
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
}

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>
}

interface Locked {
  readonly name?: string
  readonly version?: string
  readonly integrity?: string
  readonly link?: boolean
}

/** Its errors, one line each; none: it is complete. */
export function errorsOf(sbom: Sbom, lock: Lock): string[] {
  if (sbom.bomFormat !== 'CycloneDX' || !/^1\.\d+$/.test(sbom.specVersion)) return ['it is no CycloneDX']
  const known = new Map(
    sbom.components.map(component => [`${component.name}@${component.version}`, component]),
  )
  const issues: string[] = []
  for (const [path, { name, version, integrity, link }] of Object.entries(lock.packages)) {
    if (integrity === undefined || link) continue
    const wanted = `${name ?? path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`
    const found = known.get(wanted)
    const hashed = found?.hashes?.some(({ content }) => integrity.includes(toBase64(content)))
    if (found?.purl === undefined) issues.push(`${wanted} is missing`)
    else if (!hashed) issues.push(`${wanted} has another hash than the lock file`)
  }
  return issues
}

function toBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}

/** As npm writes it, but under the project's own name: npm names it after the folder. */
export function makeSbom(): Sbom & { metadata: { component: { name: string } } } {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only']
  const sbom = JSON.parse(execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }))
  sbom.metadata.component.name = 'countyline'
  return sbom
}

if (import.meta.main) {
  const sbom = makeSbom()
  const issues = errorsOf(
    sbom,
    JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')),
  )
  for (const error of issues) console.error(`sbom: ${error}`)
  if (issues.length > 0) process.exitCode = 1
  else if (process.argv.includes('--check'))
    console.log(`sbom: CycloneDX ${sbom.specVersion}, ${sbom.components.length} components`)
  else console.log(JSON.stringify(sbom, null, 2))
}

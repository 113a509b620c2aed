import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { errorsOf, type Sbom } from '../scripts/sbom.ts'
import { verdictOf } from '../scripts/signatures.ts'

/* Only what the lock file names is run: nothing enters the project without a hash check. */

const root = fileURLToPath(new URL('../', import.meta.url))
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))
const project = read('package.json')
const lock = read('package-lock.json')
const packages = Object.entries<Record<string, unknown>>(lock.packages).filter(([path]) => path !== '')

describe('the lock file', () => {
  it('has the hash of the Node that everything runs on, which no script has fetched', () => {
    const running = realpathSync(process.execPath).slice(realpathSync(root).length).replace(/^\//, '')
    const [folder = ''] = running.split('/bin/')
    if (process.platform !== 'linux') return
    expect(lock.packages[folder]).toMatchObject({
      version: process.versions.node,
      integrity: expect.stringMatching(/^sha512-/),
      bin: { node: 'bin/node' },
    })
    expect(lock.packages[folder].hasInstallScript).toBeUndefined()
  })

  it('has a strong hash of every package that is not our own', () => {
    const own = packages.filter(([path, { link }]) => link || !path.includes('node_modules/'))
    expect(own.every(([path, { resolved }]) => `${resolved ?? path}`.startsWith('test/support/'))).toBe(true)
    const bare = packages.filter(
      entry => !own.includes(entry) && !`${entry[1].integrity}`.startsWith('sha512-') && !entry[1].inBundle,
    )
    expect(bare.map(([path]) => path)).toEqual([])
  })

  it('lets only packages that package.json names run something when they are installed', () => {
    const running = packages.filter(([, { hasInstallScript }]) => hasInstallScript)
    const names = running.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13))
    expect(names.filter(name => !(name in project.allowScripts))).toEqual([])
  })
})

describe('the signatures of the registry', () => {
  it.each<[string, number, object, boolean, string]>([
    ['all valid', 0, { invalid: [], missing: [] }, true, 'valid signature'],
    ['one wrong', 1, { invalid: [{ name: 'a', version: '1' }], missing: [] }, false, 'FAILED for a@1'],
    ['one without', 1, { invalid: [], missing: [{ name: 'a', version: '1' }] }, false, 'a@1 (no signature)'],
    ['keys out of reach', 1, { error: { code: 'ENOTFOUND', summary: 'x' } }, true, 'SKIPPED'],
    [
      'a registry without keys',
      1,
      {
        error: {
          summary: 'found no dependencies to audit that were installed from a supported registry',
        },
      },
      true,
      'SKIPPED',
    ],
    ['an expired key', 1, { error: { code: 'EEXPIREDSIGNATUREKEY', summary: 'x' } }, false, 'FAILED'],
    ['npm killed', 137, {}, false, 'code 137'],
  ])('%s', (_, code, answer, ok, line) => {
    expect(verdictOf(code, JSON.stringify(answer))).toEqual({ ok, line: expect.stringContaining(line) })
  })

  it('an answer that is no JSON is a failure', () => {
    expect(verdictOf(1, 'npm error').ok).toBe(false)
  })
})

describe('the bill of materials', () => {
  const hash = Buffer.alloc(64, 1)
  const part = {
    name: 'a',
    version: '1',
    purl: 'pkg:npm/a@1',
    hashes: [{ alg: 'SHA-512', content: hash.toString('hex') }],
  }
  const sbom: Sbom = { bomFormat: 'CycloneDX', specVersion: '1.5', components: [part] }
  const locked = (version: string, bytes: Buffer) => ({
    packages: { 'node_modules/a': { version, integrity: `sha512-${bytes.toString('base64')}` } },
  })

  it('is refused where it lacks a package of the lock file, or has another', () => {
    expect(errorsOf(sbom, locked('1', hash))).toEqual([])
    expect(errorsOf(sbom, locked('2', hash))).toEqual(['a@2 is missing'])
    expect(errorsOf(sbom, locked('1', Buffer.alloc(64, 2)))).toEqual([
      'a@1 has another hash than the lock file',
    ])
    expect(errorsOf({ ...sbom, bomFormat: 'SPDX' }, locked('1', hash))).toEqual(['it is no CycloneDX'])
  })
})

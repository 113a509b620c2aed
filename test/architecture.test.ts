import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/**
 * Which folders each folder may import. All may import the port (`platform/platform.ts`) and the form of a
 * capability's descriptor (`capability.ts`). Events that concern a
 * higher folder travel as jobs or log entries, never as an import.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  admin: [
    'core',
    'geography',
    'handoffs',
    'identity',
    'import',
    'partners',
    'regions',
    'requests',
    'routing',
    'web',
    'workspace',
  ],
  core: [],
  platform: ['core'],
  geography: ['core'],
  routing: ['core'],
  regions: ['core', 'geography', 'routing'],
  identity: ['core', 'regions'],
  import: ['core', 'geography', 'regions'],
  monitoring: ['audit', 'core', 'identity', 'regions'],
  places: ['core', 'geography', 'import', 'regions', 'routing'],
  audit: ['core', 'identity', 'regions'],
  requests: ['audit', 'core', 'identity', 'places', 'regions', 'routing'],
  handoffs: ['audit', 'core', 'identity', 'regions', 'requests', 'routing'],
  partners: ['audit', 'core', 'handoffs', 'identity', 'notify', 'regions', 'requests'],
  demonstration: ['core', 'handoffs', 'identity', 'places', 'regions', 'requests'],
  residents: ['core', 'notify', 'identity', 'regions', 'requests'],
  // Its scripts read boundary files as the command does.
  web: ['core', 'geography', 'identity', 'import', 'places', 'regions', 'requests', 'routing'],
  open311: ['core', 'identity', 'regions', 'requests', 'routing'],
  notify: ['core', 'regions', 'requests'],
  citizen: [
    'core',
    'handoffs',
    'notify',
    'partners',
    'identity',
    'places',
    'regions',
    'requests',
    'residents',
    'routing',
    'web',
  ],
  'sign-in': ['core', 'identity', 'regions', 'web'],
  workspace: [
    'audit',
    'core',
    'handoffs',
    'notify',
    'partners',
    'identity',
    'places',
    'regions',
    'requests',
    'residents',
    'routing',
    'web',
  ],
  cli: [
    'admin',
    'audit',
    'create-app.ts',
    'core',
    'geography',
    'handoffs',
    'identity',
    'import',
    'monitoring',
    'places',
    'platform',
    'regions',
    'requests',
    'routing',
  ],
}
const entries = ['supervisor.ts', 'node.ts', 'worker.ts', 'cli.ts', 'app.ts', 'create-app.ts']
const DESCRIPTOR = 'capability.ts'
const everybodys = ['platform/platform.ts', DESCRIPTOR]

const src = fileURLToPath(new URL('../src/', import.meta.url))
const files = globSync('**/*.{ts,tsx}', { cwd: src }).map(file => file.split('\\').join('/'))
const isNodeOnly = (file: string) =>
  /^(platform\/node\/|cli\/)/.test(file) ||
  ['supervisor.ts', 'node.ts', 'cli.ts'].includes(file) ||
  file.startsWith('web/islands/')

function imports(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g,
  )
  return [...found].map(match => match[1] ?? match[2] ?? '')
}

const local = (file: string) =>
  imports(file)
    .filter(path => path.startsWith('.'))
    .map(path =>
      normalize(join(dirname(file), path))
        .split('\\')
        .join('/'),
    )

describe('the house', () => {
  it('has no room that the table does not know, and no entry but six and the form of a descriptor', () => {
    const rooms = new Set(files.filter(file => file.includes('/')).map(file => file.split('/')[0] ?? ''))
    expect([...rooms].sort()).toEqual(Object.keys(arrows).sort())
    expect(files.filter(file => !file.includes('/')).sort()).toEqual([...entries, DESCRIPTOR].sort())
  })

  it.each(Object.keys(arrows))('%s imports only what its arrows allow', room => {
    const strays = files
      .filter(file => file.startsWith(`${room}/`))
      .flatMap(file => local(file).map(target => ({ file, target })))
      .filter(({ target }) => {
        const to = target.split('/')[0] ?? ''
        return !everybodys.includes(target) && to !== room && !arrows[room]?.includes(to)
      })
    expect(strays).toEqual([])
  })

  it('keeps Node’s own modules out of what runs on Workers too', () => {
    const strays = files
      .filter(file => !isNodeOnly(file))
      .flatMap(file => imports(file).map(target => ({ file, target })))
      .filter(({ target }) => target.startsWith('node:') || target.includes('/node/'))
    // workerd has it too.
    expect(strays).toEqual([{ file: 'platform/workers.ts', target: 'node:async_hooks' }])
  })

  it('names no tenant in its code', () => {
    const tenants = globSync('*', { cwd: fileURLToPath(new URL('../tenants/', import.meta.url)) })
    const jurisdictions = globSync('*/*/jurisdiction.yaml', {
      cwd: fileURLToPath(new URL('../tenants/', import.meta.url)),
    })
    const slugs = [...tenants, ...jurisdictions.map(file => file.split('/')[1] ?? '')]
    expect(slugs.length).toBeGreaterThan(5)
    const named = files.flatMap(file => {
      // Time zones are named after cities.
      const text = readFileSync(join(src, file), 'utf8').replaceAll(/'America\/\w+(\/\w+)?'/g, '')
      return slugs
        .filter(slug => new RegExp(`\\b${slug}\\b`, 'i').test(text))
        .map(slug => `${slug} in ${file}`)
    })
    expect(named).toEqual([])
  })

  it('asks the platform for time and chance', () => {
    const lenders = (file: string) => isNodeOnly(file) || file === 'platform/workers.ts'
    const strays = files
      .filter(file => !lenders(file))
      .filter(file =>
        /\bDate\.now\(|new Date\(\)|Math\.random\(|Temporal\.Now\b/.test(
          readFileSync(join(src, file), 'utf8'),
        ),
      )
    expect(strays).toEqual([])
  })

  it('reaches stored files in one place, which encrypts them', () => {
    const asMember = /\bplatform(?:'\))?\.files\b/
    const taken = /\bfiles\b[^{}]*\}\s*(?::\s*(?:Node)?Platform|=[^\n]*\bplatform)\b/
    const users = files
      .filter(file => !file.startsWith('platform/'))
      .filter(file => {
        const text = readFileSync(join(src, file), 'utf8')
        return asMember.test(text) || taken.test(text)
      })
    expect(users).toEqual(['core/encryption/files.ts'])
  })

  it('reads what callers send in one place, which has limits', () => {
    const readers = files
      .filter(file => !file.startsWith('web/islands/') && file !== 'core/http/body.ts')
      .filter(file =>
        /\breq(?:uest)?(?:\.raw)?\.(?:formData|parseBody|arrayBuffer|json|text|blob|bytes)\(|body-limit/.test(
          readFileSync(join(src, file), 'utf8'),
        ),
      )
    // Outbound requests have no sender.
    expect(readers).toEqual(['platform/outbound.ts'])
  })

  const isMade = (file: string) => /^core\/database\/(?:migration-texts|complete-schemas)\.ts$/.test(file)
  const holding = (pattern: RegExp) =>
    files.filter(file => !isMade(file) && pattern.test(readFileSync(join(src, file), 'utf8'))).sort()

  it.each<[string, RegExp, string[]]>([
    ['public access', /kind: 'public'/, ['core/access.ts']],
    ['notifying the worker', /\bnotifyWorker\(/, ['core/database/handles.ts', 'platform/platform.ts']],
    ['a status with its roll-up', /case_status = CASE/, ['requests/case/status.ts']],
    ['the version of a request', /FROM (?:request|\$\{request\}) WHERE id = \$\{[^}]*\} AND version/, []],
    ['held and open', /custody = 'held' AND status <> 'closed'/, ['requests/schema.ts']],
    ['the jurisdiction of a tracking number', /jurisdictions\.find\([^)]*\bcode\b/, []],
  ])('states %s once', (_rule, pattern, where) => {
    expect(holding(pattern)).toEqual(where)
  })

  it('keeps the request’s context in routes, pages and what reads them', () => {
    // The rooms of pages, and of what pages are made of, have it everywhere.
    const rooms = /^(admin|citizen|sign-in|workspace|web)\//
    const users = holding(/\bContext\b[^\n]*from 'hono'/).filter(
      file => !rooms.test(file) && !file.endsWith('routes.ts') && file !== 'create-app.ts',
    )
    expect(users).toEqual([
      'core/http/api.ts',
      'identity/limits.ts',
      'identity/programs/authorize.ts',
      'identity/programs/bearer.ts',
      'identity/programs/programs.ts',
      'identity/sessions/cookies.ts',
      'open311/format/answer.ts',
      'open311/format/errors.ts',
      'open311/submit.ts',
    ])
  })

  it('reads JSON in few places: beside the column that stores it, and where it arrives', () => {
    const stored = [
      'admin/moving/imports.ts',
      'admin/moving/pieces.ts',
      'admin/setup/session.ts',
      'core/database/idempotency.ts',
      'core/database/json.ts',
      'core/database/ledger.ts',
      'core/database/run-jobs.ts',
      'handoffs/messages/messages.ts',
      'identity/programs/signing-keys.ts',
      'places/districts/near.ts',
      'places/index/segments.ts',
      'regions/region-schema.ts',
      'regions/runtime/kept.ts',
      'requests/event-types.ts',
    ]
    const arriving = [
      'admin/services/import-page.tsx',
      'cli/archive/archive.ts',
      'cli/archive/tables.ts',
      'cli/audit-anchors.ts',
      'cli/backup/manifest.ts',
      'cli/import-requests.ts',
      'core/encryption/signing.ts',
      'core/georeport/document.ts',
      'core/http/json.ts',
      'core/http/openapi.ts',
      'identity/sessions/passkeys.ts',
      'import/boundaries/format.ts',
      'partners/georeport.ts',
      'places/import/formats/geojson.ts',
      'places/import/formats/wkt.ts',
      'platform/remote/admin.ts',
      'platform/node/databases/monitor.ts',
      'platform/node/databases/quarantine.ts',
      'regions/documents/source.ts',
      'web/islands/dom.ts',
    ]
    expect(holding(/JSON\.parse\(/)).toEqual([...stored, ...arriving].sort())
  })
})

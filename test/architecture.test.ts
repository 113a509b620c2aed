import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/**
 * The arrows of the house: what each room may import. Everyone may name the port (`platform/platform.ts`); upward news
 * travels as a job or an event, never as an import.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  platform: ['core'],
  geography: ['core'],
  routing: ['core'],
  regions: ['core', 'geography', 'routing'],
  people: ['core', 'regions'],
  audit: ['core', 'regions'],
  requests: ['audit', 'core', 'people', 'regions', 'routing'],
  handoffs: ['audit', 'core', 'people', 'regions', 'requests', 'routing'],
  partners: ['audit', 'core', 'handoffs', 'regions', 'requests'],
  residents: ['core', 'notify', 'people', 'regions', 'requests'],
  web: ['core', 'people', 'regions', 'requests', 'routing'],
  open311: ['core', 'people', 'regions', 'requests', 'routing'],
  notify: ['core', 'regions', 'requests'],
  citizen: ['core', 'notify', 'partners', 'people', 'regions', 'requests', 'residents', 'routing', 'web'],
  'sign-in': ['core', 'people', 'regions', 'web'],
  workspace: [
    'audit',
    'core',
    'handoffs',
    'partners',
    'people',
    'regions',
    'requests',
    'residents',
    'routing',
    'web',
  ],
  cli: ['audit', 'core', 'geography', 'handoffs', 'people', 'platform', 'regions', 'requests', 'routing'],
}
const entries = ['node.ts', 'worker.ts', 'cli.ts', 'app.ts']
const PORT = 'platform/platform.ts'

const src = fileURLToPath(new URL('../src/', import.meta.url))
const files = globSync('**/*.{ts,tsx}', { cwd: src }).map(file => file.split('\\').join('/'))
const isNodeOnly = (file: string) =>
  /^(platform\/node\/|cli\/)/.test(file) ||
  ['node.ts', 'cli.ts'].includes(file) ||
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
  it('has no room that the table does not know, and no entry but four', () => {
    const rooms = new Set(files.filter(file => file.includes('/')).map(file => file.split('/')[0] ?? ''))
    expect([...rooms].sort()).toEqual(Object.keys(arrows).sort())
    expect(files.filter(file => !file.includes('/')).sort()).toEqual([...entries].sort())
  })

  it.each(Object.keys(arrows))('%s imports only what its arrows allow', room => {
    const strays = files
      .filter(file => file.startsWith(`${room}/`))
      .flatMap(file => local(file).map(target => ({ file, target })))
      .filter(({ target }) => {
        const to = target.split('/')[0] ?? ''
        return target !== PORT && to !== room && !arrows[room]?.includes(to)
      })
    expect(strays).toEqual([])
  })

  it('keeps Node’s own modules out of what runs on Workers too', () => {
    const strays = files
      .filter(file => !isNodeOnly(file))
      .flatMap(file => imports(file).map(target => ({ file, target })))
      .filter(({ target }) => target.startsWith('node:') || target.includes('/node/'))
    expect(strays).toEqual([])
  })

  it('names no tenant in its code', () => {
    const tenants = globSync('*', { cwd: fileURLToPath(new URL('../tenants/', import.meta.url)) })
    const jurisdictions = globSync('*/*/jurisdiction.yaml', {
      cwd: fileURLToPath(new URL('../tenants/', import.meta.url)),
    })
    const slugs = [...tenants, ...jurisdictions.map(file => file.split('/')[1] ?? '')]
    expect(slugs.length).toBeGreaterThan(5)
    const named = files.flatMap(file => {
      const text = readFileSync(join(src, file), 'utf8')
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
})

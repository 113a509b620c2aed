import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Capability, registryOf } from '../src/capability.ts'
import { jobHandlers, registry } from '../src/create-app.ts'
import { defineEvent } from '../src/requests/event-types.ts'

const src = fileURLToPath(new URL('../src/', import.meta.url))
const textOf = (file: string) => readFileSync(`${src}${file}`, 'utf8')
const files = globSync('**/*.{ts,tsx}', { cwd: src })
const found = (pattern: RegExp) =>
  files.flatMap(file => [...textOf(file).matchAll(pattern)].map(([, name = '']) => name)).sort()

describe('what a capability declares', () => {
  it('is in the app’s list', () => {
    const folders = files
      .filter(file => /^[\w-]+\/capability\.ts$/.test(file))
      .map(file => file.split('/')[0])
    const listed = [...textOf('app.ts').matchAll(/from '\.\/([\w-]+)\/capability\.ts'/g)].map(
      ([, name]) => name,
    )
    expect(listed.sort()).toEqual(folders.sort())
  })

  it('has words for each event and audit action that the code can write', () => {
    const events = found(/defineEvent<[\s\S]*?\n {2}type: '([\w-]+)',/g)
    const actions = found(/defineAuditAction(?:<[^>]*>)?\(\s*'([\w-]+)',/g)
    expect(events.length).toBeGreaterThan(20)
    expect(actions.length).toBeGreaterThan(5)
    expect([...events, ...actions].filter(type => registry.auditText(type) === undefined)).toEqual([])
  })

  it('has a handler for each kind of job that the code can enqueue', () => {
    const names = found(/jobKind\(\s*'([\w-]+)'/g)
    const kinds = jobHandlers.map(({ kind }) => kind)
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter(name => !kinds.includes(name))).toEqual([])
    expect(new Set(kinds).size).toBe(kinds.length)
  })

  it('names each table of a jurisdiction as exported or as staying', () => {
    const created = files
      .filter(file => /\/schema\.ts$/.test(file))
      .flatMap(file => [...textOf(file).matchAll(/sqliteTable\(\s*'(\w+)'/g)].map(([, name = '']) => name))
    const ofTheDatabase = ['changed_row', 'idempotency', 'identity', 'job']
    const { exportedTables, unexportedTables } = registry
    expect([...exportedTables, ...unexportedTables, ...ofTheDatabase].sort()).toEqual(created.sort())
  })

  it('has exported tables that docs/leaving.md describes: what is imported of them, and their files', () => {
    const page = readFileSync(`${src}../docs/leaving.md`, 'utf8')
    const [, rules = '', described = ''] = page.split(/^##+ (?:What may be imported|The files)$/m)
    const missing = (text: string, name: (table: string) => string) =>
      registry.exportedTables.map(name).filter(name => !text.includes(`\`${name}\``))
    expect(missing(rules, table => table)).toEqual([])
    expect(missing(described, table => `${table}.jsonl`)).toEqual([])
  })

  it('is declared once', () => {
    const noted = defineEvent<{ readonly text: string }>({
      type: 'noted',
      publicText: 'hidden',
      staffText: 'hidden',
      auditText: 'audit-note',
    })
    const one: Capability = { name: 'one', events: [noted] }
    expect(() => registryOf([one, { name: 'two', events: [noted] }])).toThrow(
      'two capabilities declare noted',
    )
    expect(() => registryOf([one, { name: 'one' }])).toThrow('two capabilities declare one')
  })
})

import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { importBoundaries } from '../src/import/boundaries/import.ts'
import { readHours } from '../src/import/municipalities/opening-hours.ts'
import { readParticulars } from '../src/import/municipalities/particulars.ts'
import { type PresentRegion, planMunicipalities } from '../src/import/municipalities/plan.ts'
import { readRegionFiles } from '../src/platform/node/tenants.ts'
import { loadRegion } from '../src/regions/documents/load.ts'
import { sharedData } from './support/shared.ts'
import { type Deployment, deployment } from './support/terminal.ts'

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/made-up-county/${name}`, import.meta.url))
const county = fixture('municipalities.geojson')
const table = fixture('particulars.csv')

/** A region with its county, which takes what no municipality does. */
const frame = (name: string, more = '') =>
  new Map([
    [
      'region.yaml',
      `# Kept\nname: ${name}\nlanguages: [en, es]\ntimezone: America/New_York\nhosts: [falls.example]\nphone: "311"\nemergency: { phone: "911", text: Call }\nintake: the-county\nbrand: { primary: "#1a4480" }\nmap: { center: [-80, 40] }\n${more}`,
    ],
    ['services.yaml', 'services:\n  - { code: litter, name: Litter, layers: [municipality] }\n'],
    ['the-county/jurisdiction.yaml', 'name: The County\nkind: county\ncode: TC\nlayers: [county]\n'],
  ])

function importing(on: Deployment, particulars: string, ...more: readonly string[]) {
  return on.countyline(
    'municipalities',
    'import',
    county,
    '--particulars',
    particulars,
    '--region',
    'falls',
    ...more,
  )
}

function withTable(on: Deployment, ...lines: readonly string[]): string {
  const file = join(on.tenantsDir, '..', 'table.csv')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

describe('a county of four municipalities, in a Windows-1252 table', () => {
  test('is previewed, written, planned and applied by one command', async () => {
    const on = deployment()
    on.write('falls', frame('Falls'))
    const dry = await importing(on, table, '--dry-run')
    expect([dry.code, dry.err]).toEqual([0, ''])
    expect(dry.out).toContain('read the table in Windows-1252')
    expect(dry.out).toContain('warning The table: nothing is taken from the column Mayor')
    expect(dry.out).toMatch(/2 {2}City of North Falls {2}city-of-north-falls {2}new {6} 94\.\d+ km²/)
    expect(dry.out).toContain('not in the table, and not taken: UNINCORPORATED')
    expect(dry.out).toContain('falls: 4 rows: 4 new, 0 changed, 0 unchanged, 0 refused. Nothing was written.')
    expect(readdirSync(join(on.tenantsDir, 'falls'))).toHaveLength(3)

    const applied = await importing(on, table, '--apply')
    expect([applied.code, applied.out]).toEqual([0, 'falls: applied as version 1\n'])
    expect(applied.err).toContain('5 of 5 databases are ready')
    const files = await readRegionFiles(on.tenantsDir, 'falls')
    expect(parse(files.get('dona-ana/jurisdiction.yaml') ?? '')).toEqual({
      name: 'Doña Ana',
      kind: 'municipality',
      code: 'DA',
      email: 'oficina@donaana.example',
      hours: 'always',
    })
    expect(parse(files.get('clinton/jurisdiction.yaml') ?? '')).toMatchObject({
      hours: { 'mon-fri': ['09:00-12:00', '13:00-16:00'], sat: '09:00-12:00' },
    })
    expect(files.get('region.yaml')).toMatch(/^# Kept\n[\s\S]*311\.clinton\.example: clinton/)
    expect(loadRegion('falls', files).documents?.jurisdictions).toHaveLength(5)

    const again = await importing(on, table, '--apply')
    expect([again.code, again.out]).toEqual([0, 'falls: unchanged, version 1\n'])
    expect(again.err).toContain('0 new, 0 changed, 4 unchanged, 0 refused. 0 documents written.')
  })

  test('killed half-way and run again, it gives the same', async () => {
    const [whole, half] = [deployment(), deployment()]
    for (const on of [whole, half]) on.write('falls', frame('Falls'))
    await importing(whole, table)
    // What a killed process leaves: some documents, in any order, and a part of one.
    for (const file of ['clinton/jurisdiction.yaml', 'dona-ana/boundary.geojson']) {
      cpSync(join(whole.tenantsDir, 'falls', file), join(half.tenantsDir, 'falls', file))
    }
    writeFileSync(join(half.tenantsDir, 'falls/clinton/boundary.geojson.part'), '{"type":')
    expect((await importing(half, table)).code).toBe(0)
    expect(await readRegionFiles(half.tenantsDir, 'falls')).toEqual(
      await readRegionFiles(whole.tenantsDir, 'falls'),
    )
  })

  test('changes what a row says of a present municipality, and nothing else', async () => {
    const on = deployment()
    on.write('falls', frame('Falls'))
    await importing(on, table)
    const file = join(on.tenantsDir, 'falls/clinton/jurisdiction.yaml')
    writeFileSync(file, `# By hand\n${readFileSync(file, 'utf8')}timezone: America/Chicago\n`)
    const { code, out } = await importing(on, withTable(on, 'name,email', 'Clinton,new@clinton.example'))
    expect([code, out]).toEqual([0, expect.stringContaining('1 changed')])
    const text = readFileSync(file, 'utf8')
    expect(text).toMatch(/^# By hand/)
    expect(parse(text)).toMatchObject({
      email: 'new@clinton.example',
      timezone: 'America/Chicago',
      hours: { sat: '09:00-12:00' },
    })
  })
})

describe('a row with an error', () => {
  test('stops the import, unless it is left out', async () => {
    const on = deployment()
    on.write('falls', frame('Falls'))
    const file = withTable(on, 'name,phone', 'Clinton,555 010 0104', 'Nowhere,555 010 0199')
    const { code, out } = await importing(on, file)
    expect([code, out]).toEqual([1, expect.stringContaining('has no area of this name')])
    expect(existsSync(join(on.tenantsDir, 'falls/clinton'))).toBe(false)
    expect((await importing(on, file, '--valid-only')).code).toBe(0)
    expect(existsSync(join(on.tenantsDir, 'falls/clinton'))).toBe(true)
  })

  const present: PresentRegion = {
    jurisdictions: [
      { slug: 'south-falls', name: 'Water Board', kind: 'agency', code: 'WB', boundary: [] },
      { slug: 'clinton', name: 'Clinton', kind: 'municipality', code: 'CL', boundary: [] },
    ],
    region: loadRegion(
      'falls',
      frame(
        'Falls',
        'jurisdictionHosts: { 311.clinton.example: clinton }\npartners:\n  - { id: dona-ana, name: A company, phone: "555 0100" }\n',
      ),
    ).draft?.region,
    takenHosts: new Map([['311.other.example', 'other']]),
  }
  const drawn = importBoundaries(JSON.parse(readFileSync(county, 'utf8')), { nameField: 'MUNI' })
  const issuesOf = (...lines: readonly string[]) => {
    const particulars = readParticulars(new TextEncoder().encode(lines.join('\n')))
    if ('why' in particulars) throw new Error(particulars.why)
    return planMunicipalities(drawn, particulars, present).rows.flatMap(({ line, issues }) =>
      issues.map(({ code, column, severity }) => `${line} ${severity} ${code} ${column ?? ''}`.trim()),
    )
  }

  test.each([
    ['a formula', ['name,url', 'North Falls,"=HYPERLINK(""http://a.example"")"'], ['2 error formula url']],
    ['a formula as a name', ['name,slug', '@SUM(A1),north-falls'], ['2 error formula name']],
    ['a formula after +', ['name,phone', 'North Falls,+A1+cmd|calc'], ['2 error formula phone']],
    [
      'a telephone number of two',
      ['name,phone', 'North Falls,555 0100 or 555 0101'],
      ['2 error phone-invalid phone'],
    ],
    ['an email address', ['name,email', 'North Falls,clerk at north'], ['2 error email-invalid email']],
    ['hours', ['name,hours', 'North Falls,mornings'], ['2 error hours-invalid hours']],
    ['a kind', ['name,kind', 'North Falls,planet'], ['2 error kind-invalid kind']],
    ['a slug', ['name,slug', 'North Falls,../etc'], ['2 error slug-invalid slug']],
    ['the slug of another body', ['name,slug', 'South Falls,south-falls'], ['2 error slug-taken slug']],
    ['the slug of a partner', ['name,slug', 'Doña Ana,dona-ana'], ['2 error slug-taken slug']],
    ['a code of another', ['name,code', 'North Falls,CL'], ['2 error code-taken code']],
    [
      'a host of another jurisdiction',
      ['name,hosts', 'North Falls,311.clinton.example'],
      ['2 error host-taken hosts'],
    ],
    ['a host of the region', ['name,hosts', 'North Falls,FALLS.example'], ['2 error host-taken hosts']],
    [
      'a host of another region',
      ['name,hosts', 'North Falls,311.other.example'],
      ['2 error host-taken hosts'],
    ],
    ['no host', ['name,hosts', 'North Falls,https://a.example/'], ['2 error host-invalid hosts']],
    [
      'a language that the region lacks',
      ['name,languages', 'North Falls,en ht'],
      ['2 warning language-missing languages'],
    ],
    ['an area twice', ['name', 'North Falls', 'City of North Falls'], ['3 error boundary-twice name']],
    [
      'itself twice',
      ['name', 'Clinton', 'CLINTON'],
      ['3 error twice-in-table slug', '3 error boundary-twice name'],
    ],
  ])('says so: %s', (_, lines, issues) => {
    expect(issuesOf(...lines)).toEqual(issues)
  })
})

describe('a table', () => {
  const whyOf = (text: string | Uint8Array) => {
    const read = readParticulars(typeof text === 'string' ? new TextEncoder().encode(text) : text)
    return 'why' in read ? read.why : 'read'
  }

  test.each([
    ['', 'The table is empty'],
    ['mayor,budget\nA,1\n', 'The table has no column "name" or "slug"; it has mayor, budget'],
    ['name,city\nA,B\n', 'Two columns of the table are name'],
    ['name,email\nA,b,c\n', 'Line 2 of the table has more cells than there are columns'],
    ['name\n"A\n', 'The table cannot be read at line 2'],
    ['PK\u0003\u0004\0\0', 'The table is not text'],
  ])('that cannot be used is refused with its line: %j', (text, why) => {
    expect(whyOf(text)).toBe(why)
  })

  test('of more than 5 MB is refused', () => {
    expect(whyOf(new Uint8Array(5_000_001))).toBe('The table has more than 5 MB')
  })

  test.each([
    ['Mon–Fri 8am–5pm', { 'mon-fri': '08:00-17:00' }],
    ['Monday to Friday 8:30-16:30, Saturday 9-12', { 'mon-fri': '08:30-16:30', sat: '09:00-12:00' }],
    ['24/7', 'always'],
    ['Fri-Mon 8-17', undefined],
    ['Mon 17-8', undefined],
    ['Mon 8-12 by appointment', undefined],
  ])('has hours as people write them: %s', (written, hours) => {
    expect(readHours(written)).toEqual(hours)
  })
})

const miamiDade = sharedData('miami-dade/municipal_boundary_county_gis.geojson')
test('real: the 34 municipalities of Miami-Dade by one command', async ({ skip }) => {
  if (miamiDade === undefined) return skip('the real data is not here')
  const { features } = JSON.parse(readFileSync(miamiDade, 'utf8')) as {
    features: { properties: { NAME: string } }[]
  }
  const names = [...new Set(features.map(({ properties }) => properties.NAME))].filter(
    name => !name.startsWith('UNINCORPORATED'),
  )
  expect(names).toHaveLength(34)
  const on = deployment()
  on.write('dade', frame('Dade'))
  const rows = names.map(
    (name, i) => `${name},town,clerk${i}@dade.example,305 555 01${String(i).padStart(2, '0')}`,
  )
  const file = withTable(on, 'name,kind,email,phone', ...rows)
  const argv = [
    'municipalities',
    'import',
    miamiDade,
    '--particulars',
    file,
    '--region',
    'dade',
    '--apply',
  ] as const
  const { code, out, err } = await on.countyline(...argv)
  expect([code, out]).toEqual([0, 'dade: applied as version 1\n'])
  expect(err).toContain('34 rows: 34 new, 0 changed, 0 unchanged, 0 refused. 68 documents written.')
  expect(err).toContain('35 of 35 databases are ready')
})

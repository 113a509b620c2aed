import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { box, boxFeature, collection, lakeEdited, lakeFiles } from './support/lake.ts'
import { deployment } from './support/terminal.ts'

describe('the command', () => {
  const names = [
    'validate',
    'plan',
    'rehearse',
    'apply',
    'versions',
    'rollback',
    'export',
    'import',
    'route',
    'boundaries import',
    'services import',
    'places import',
    'places list',
    'places search',
    'keys create',
    'grants create',
    'grants list',
    'grants end',
    'administrators add',
    'migrate',
    'jobs',
    'completion',
  ]

  test('countyline alone and --help name every command', async () => {
    const { countyline } = deployment()
    const { code, out } = await countyline('--help')
    expect(code).toBe(0)
    for (const name of names) expect(out).toContain(name)
    expect((await countyline()).code).toBe(2)
  })

  test.each(names)('%s tells its options, and refuses what it does not know', async name => {
    const { countyline } = deployment()
    const help = await countyline(...name.split(' '), '--help')
    expect(help.code).toBe(0)
    expect(help.out).toContain(`countyline ${name}`)
    expect(help.out).toContain('--json')
    const wrong = await countyline(...name.split(' '), '--nonsense')
    expect(wrong.code).toBe(2)
    expect(wrong.err).toContain('--nonsense')
    expect(wrong.err).not.toMatch(/\n\s+at /)
  })

  test.each([
    [['frobnicate'], 2],
    [['route', '--region', 'lake'], 2],
    [['boundaries', 'import', '--region', 'lake', '--name-field', 'NAME'], 2],
    [['validate', 'lake'], 2],
    [['validate', '--region'], 2],
    [['keys', 'revoke', '--jurisdiction', 'nowhere'], 2],
    [['export', '--region', '--to', 'folder'], 2],
    [['keys'], 2],
    [['validate'], 1],
    [['validate', '--region', 'nowhere'], 1],
    [['validate', '--region', '../elsewhere'], 1],
    [['export', '--region', 'nowhere'], 1],
    [['keys', 'create', '--jurisdiction', 'nowhere'], 1],
    [['jobs', '--database', 'nowhere'], 1],
    [['services', 'import', '/nowhere.xml'], 1],
    [['boundaries', 'import', '/nowhere.json', '--region', '../x', '--name-field', 'NAME'], 1],
  ])('%j fails with a reason and no stack', async (argv, expected) => {
    const { code, out, err } = await deployment().countyline(...argv)
    expect(code).toBe(expected)
    expect(out).toBe('')
    expect(err).toMatch(/^\S/)
    expect(err).not.toMatch(/\n\s+at /)
  })

  test.each([
    [['rout'], "countyline: unknown command 'rout' (Did you mean route?). See countyline --help.\n"],
    [
      ['keys', 'revok'],
      "countyline keys: unknown command 'revok' (Did you mean revoke?). See countyline keys --help.\n",
    ],
    [
      ['route', '--regio', 'lake'],
      "countyline route: unknown option '--regio' (Did you mean --region?). See countyline route --help.\n",
    ],
  ])('%j is a slip, and the right word is named', async (argv, expected) => {
    expect(await deployment().countyline(...argv)).toMatchObject({ code: 2, err: expected })
  })

  test('a failure with --json is told in JSON', async () => {
    const { code, json } = await deployment().countyline('validate', '--region', 'nowhere', '--json')
    expect(code).toBe(1)
    expect(json).toMatchObject({ error: expect.stringContaining('nowhere') })
  })

  test('it runs as a program of its own', () => {
    const root = fileURLToPath(new URL('..', import.meta.url))
    const run = (...argv: string[]) =>
      spawnSync(process.execPath, ['--import', './scripts/tsx-hook.ts', 'src/cli.ts', ...argv], {
        cwd: root,
        encoding: 'utf8',
      })
    expect(run('--help')).toMatchObject({ status: 0, stderr: '' })
    expect(run('nonsense')).toMatchObject({ status: 2, stdout: '' })
  })
})

describe('validate', () => {
  test('every error is told with file and line, and the exit code says so', async () => {
    const { countyline, write } = deployment()
    write('lake', lakeEdited('services.yaml', 'layers: [water-district]', 'layers: water-district'))
    const { code, out } = await countyline('validate')
    expect(code).toBe(1)
    expect(out).toMatch(/^lake\/services\.yaml:19:\d+: error: .*\n/)
    expect(out).toContain('lake: refused (1 error, 0 warnings)')
    write('lake', lakeFiles())
    expect(await countyline('validate', '--json')).toMatchObject({
      code: 0,
      json: [
        {
          region: 'lake',
          ok: true,
          issues: [{ severity: 'warning', message: expect.stringMatching(/^Opening hours/) }],
        },
      ],
    })
  })

  test('a host that two regions name is refused in the second', async () => {
    const { countyline, write } = deployment()
    write('lake', lakeFiles())
    write('pond', lakeFiles())
    const { code, json } = await countyline('validate', '--json')
    expect(code).toBe(1)
    expect(json).toMatchObject([
      { region: 'lake', ok: true },
      { region: 'pond', ok: false, issues: [{ file: 'region.yaml', line: 4 }] },
    ])
  })

  test('a document that is not UTF-8 is refused at its line, and nothing else for it', async () => {
    const { countyline, write, tenantsDir } = deployment()
    write('lake', lakeFiles())
    write(
      'pond',
      new Map(lakeFiles()).set(
        'region.yaml',
        String(lakeFiles().get('region.yaml')).replaceAll('lake.', 'pond.'),
      ),
    )
    writeFileSync(join(tenantsDir, 'lake/services.yaml'), Buffer.from('services:\n  - \xff: 1\n', 'latin1'))
    writeFileSync(join(tenantsDir, 'pond/photo.png'), Buffer.from([0x89, 0x50, 0xff, 0x00]))
    const { code, json } = await countyline('validate', '--json')
    expect(code).toBe(1)
    const error = { file: 'services.yaml', line: 2, message: expect.stringContaining('not UTF-8') }
    expect(json).toMatchObject([
      { region: 'lake', ok: false, issues: [error] },
      { region: 'pond', ok: true },
    ])
  })

  test.each(['boundaries', 'keys', 'services', 'grants'])('%s --help says what there is', async group => {
    const { code, out } = await deployment().countyline(group, '--help')
    expect(code).toBe(0)
    expect(out).toContain(`${group} `)
    expect(out).not.toContain('validate')
  })
})

describe('completion', () => {
  /** What bash completes after these words. */
  function completed(script: string, ...words: string[]): string[] {
    const typed = ['countyline', ...words].map(word => `'${word}'`).join(' ')
    const press = `COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _countyline; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${press}`], { encoding: 'utf8' })
    expect(stderr).toBe('')
    return stdout.split('\n').filter(Boolean)
  }

  test('bash completes commands, commands of a group, and options', async () => {
    const { out } = await deployment().countyline('completion', 'bash')
    expect(completed(out, '')).toEqual(expect.arrayContaining(['validate', 'keys', 'completion']))
    expect(completed(out, 'val')).toEqual(['validate'])
    expect(completed(out, 'keys', 'r')).toEqual(['rotate', 'revoke'])
    expect(completed(out, 'keys', 'revoke', '--j')).toEqual(['--jurisdiction', '--json'])
    expect(completed(out, 'route', '--region', 'lake', '--acc')).toEqual(['--accuracy'])
    expect(completed(out, 'services', 'import', '')).toEqual([])
  })

  test('zsh takes the script of bash; fish gets every command with its summary', async () => {
    const { countyline } = deployment()
    const [bash, zsh, fish] = [
      await countyline('completion', 'bash'),
      await countyline('completion', 'zsh'),
      await countyline('completion', 'fish'),
    ]
    expect(zsh.out).toMatch(/^autoload -U \+X bashcompinit && bashcompinit\n/)
    expect(zsh.out).toContain(bash.out)
    expect(fish.out).toContain(`'__countyline_at "keys"' -f -a revoke -d 'Revoke a key or client, at once'`)
    expect(fish.out).toContain(`'__countyline_at "keys revoke"' -l jurisdiction -r -d '`)
    expect(fish.out).toContain(`region\\'s zone`)
  })

  test('another shell is refused', async () => {
    expect((await deployment().countyline('completion', 'tcsh')).code).toBe(1)
    expect((await deployment().countyline('completion')).code).toBe(2)
  })
})

describe('plan, apply, export', () => {
  test('a region is planned, applied, changed, and exported as it is in force', async () => {
    const { countyline, write, tenantsDir } = deployment()
    write('lake', lakeFiles())
    expect((await countyline('plan')).out).toContain('+ jurisdiction west')
    expect(await countyline('apply', '--json')).toMatchObject({
      code: 0,
      json: [{ region: 'lake', version: 1, changed: true }],
    })
    expect((await countyline('plan')).out).toContain('no changes: version 1 is current')
    expect((await countyline('apply')).out).toContain('lake: unchanged, version 1')

    write('lake', lakeEdited('services.yaml', '3 business days', '5 days'))
    const planned = await countyline('plan')
    expect(planned.out).toContain('~ service pothole (deadline: 3 business days → 5 days)')
    expect((await countyline('apply')).out).toContain('lake: applied as version 2')

    write('lake', lakeFiles({ 'north/jurisdiction.yaml': 'name: North\nkind: agency\ncode: NO\n' }))
    const { json } = await countyline('export', '--json')
    expect(json).toMatchObject([{ region: 'lake', version: 2, removed: ['north/jurisdiction.yaml'] }])
    expect(existsSync(join(tenantsDir, 'lake/north'))).toBe(false)
    expect(readFileSync(join(tenantsDir, 'lake/services.yaml'), 'utf8')).toContain('deadline: 5 days')
    expect((await countyline('plan')).out).toContain('no changes: version 2 is current')
  })

  test('files that already say what is in force keep their comments', async () => {
    const { countyline, write, tenantsDir } = deployment()
    const commented = `# Kept by hand.\n${lakeFiles().get('services.yaml')}`
    write('lake', lakeFiles({ 'services.yaml': commented }))
    await countyline('apply')
    await countyline('export')
    expect(readFileSync(join(tenantsDir, 'lake/services.yaml'), 'utf8')).toBe(commented)
  })

  test('a region with an error is not applied, and the others are', async () => {
    const { countyline, write } = deployment()
    write('lake', lakeEdited('region.yaml', 'intake: lake-county', 'intake: nobody'))
    write('pond', lakeEdited('region.yaml', 'lake.example', 'pond.example'))
    const { code, json } = await countyline('apply', '--json')
    expect(code).toBe(1)
    expect(json).toMatchObject([
      { region: 'lake', ok: false },
      { region: 'pond', ok: true, version: 1 },
    ])
    expect((await countyline('export', '--region', 'lake')).code).toBe(1)
  })

  test('plan draws the gaps and overlaps, also of documents that are refused for them', async () => {
    const { countyline, write, dataDir } = deployment()
    write('lake', lakeFiles({ 'east/boundary.geojson': box(-80.01, 40.02, -79.92, 40.08) }))
    const { code, json, out } = await countyline('plan', '--json')
    expect(code, out).toBe(1)
    expect(json).toMatchObject([
      {
        ok: false,
        overlaps: [{ layer: 'municipality', bodies: ['east', 'west'] }],
        gaps: [{ from: '2026-06-01', services: ['water-leak'] }],
      },
    ])
    const drawn = JSON.parse(readFileSync(join(dataDir, 'plan-lake.geojson'), 'utf8'))
    expect(
      drawn.features.map((feature: { properties: { kind: string } }) => feature.properties.kind),
    ).toEqual(['overlap', 'gap'])
  })

  test('a place that a partner answers for is no gap', async () => {
    const { countyline, write } = deployment()
    const fort = { id: 'fort', name: 'Fort', kind: 'territory', partner: 'state-dot' }
    const hole = boxFeature(-80.1, 40, -79.9, 40.1, fort)
    write('lake', lakeFiles({ 'areas.geojson': collection(hole) }))
    expect(await countyline('plan', '--json')).toMatchObject({ code: 0, json: [{ gaps: [], geojson: null }] })
  })

  test('plan tells of gaps that begin on a day to come, and of agreements that end', async () => {
    const { countyline, write } = deployment()
    write(
      'lake',
      lakeFiles({
        'quill-water/boundary.geojson': collection(
          boxFeature(-80.1, 40, -79.9, 40.1, { to: '2027-01-01' }),
          boxFeature(-80.1, 40, -80, 40.1, { from: '2027-01-01' }),
        ),
        'agreements.yaml':
          'agreements:\n  - { id: a, title: A, accountable: west, performer: east, to: 2026-06-08 }\n',
      }),
    )
    const { json } = await countyline('plan', '--json')
    expect(json).toMatchObject([
      {
        gaps: [{ from: '2027-01-01', services: ['water-leak'] }],
        ends: [{ agreement: 'a', accountable: 'west', daysLeft: 7 }],
      },
    ])
  })
})

describe('route', () => {
  const place = ['--at', '40.06,-80.04']

  test('it answers in one shape, by the files before anything is applied and by the version in force after', async () => {
    const { countyline, write } = deployment()
    write('lake', lakeFiles())
    const ask = (...more: string[]) =>
      countyline('route', '--region', 'lake', '--service', 'graffiti', ...place, '--json', ...more)
    expect((await ask()).json).toMatchObject({
      accountable: { kind: 'jurisdiction', id: 'west', name: 'West' },
      performer: { id: 'west' },
      desk: { kind: 'jurisdiction', id: 'west' },
      inform: [],
      basis: 'municipality',
      confidence: 'certain',
      candidates: [{ id: 'west' }],
      trace: expect.any(Array),
      snapshot: 'lake@0',
    })
    expect((await ask('--when', '2026-07-01')).json).toMatchObject({
      performer: { id: 'lake-county' },
      agreements: ['west-graffiti'],
    })
    expect((await ask('--when', '2026-06-30T23:59:59')).json).toMatchObject({ performer: { id: 'west' } })
    await countyline('apply')
    write('lake', lakeEdited('agreements.yaml', 'from: 2026-07-01', 'from: 2027-07-01'))
    expect((await ask('--when', '2026-07-01')).json).toMatchObject({
      performer: { id: 'lake-county' },
      snapshot: 'lake@1',
    })
    expect((await ask('--when', '2026-07-01', '--documents')).json).toMatchObject({
      performer: { id: 'west' },
    })
  })

  test('a person reads the reason and every step', async () => {
    const { countyline, write } = deployment()
    write('lake', lakeFiles())
    const { out } = await countyline(
      'route',
      '--region',
      'lake',
      '--service',
      'pothole',
      '--at',
      '40.0501,-80.04',
      '--accuracy',
      '5',
      '--answer',
      'size=deep',
    )
    expect(out).toContain('accountable  Lake County (jurisdiction lake-county) by asset:road')
    expect(out).toMatch(/^\d\. The location is in West\.$/m)
  })

  test('south and west of zero are places too', async () => {
    const { countyline, write } = deployment()
    write('lake', lakeFiles())
    const { code, json } = await countyline(
      'route',
      '--region',
      'lake',
      '--service',
      'graffiti',
      '--at',
      '-33.9,151.2',
      '--json',
    )
    expect({ code, json }).toMatchObject({
      code: 0,
      json: { accountable: { kind: 'none' }, confidence: 'certain' },
    })
  })

  test.each([
    ['--at', 'here'],
    ['--at', '40.06'],
    ['--at', '-80.04,400'],
    ['--accuracy', '-1'],
    ['--accuracy', 'near'],
    ['--when', 'yesterday'],
    ['--answer', 'deep'],
    ['--service', 'unicorns'],
  ])('%s %s is refused with a reason', async (option, value) => {
    const { countyline, write } = deployment()
    write('lake', lakeFiles())
    const given = { '--region': 'lake', '--service': 'pothole', '--at': '40.06,-80.04', [option]: value }
    const { code, err } = await countyline(
      'route',
      ...Object.entries(given).map(([name, text]) => `${name}=${text}`),
    )
    expect(code).toBe(1)
    expect(err).toContain(value)
  })
})

describe('keys, migrations and jobs', () => {
  test('a key is made for a jurisdiction that is applied, and printed alone', async () => {
    const { countyline, write } = deployment()
    write('lake', lakeFiles())
    expect((await countyline('keys', 'create', '--jurisdiction', 'west')).code).toBe(1)
    await countyline('apply')
    const { code, out } = await countyline('keys', 'create', '--jurisdiction', 'west')
    expect(code).toBe(0)
    expect(out).toMatch(/^cl_report_west_\S+\n$/)
    const { json } = await countyline('keys', 'create', '--jurisdiction', 'west', '--scope', 'work', '--json')
    expect(json).toMatchObject({
      region: 'lake',
      jurisdiction: 'west',
      scope: 'work',
      api_key: expect.stringMatching(/^cl_work_west_/),
    })
  })

  test('where two regions have the jurisdiction, the region is asked for', async () => {
    const { countyline, write } = deployment()
    write('lake', lakeFiles())
    write('pond', lakeEdited('region.yaml', 'lake.example', 'pond.example'))
    await countyline('apply')
    expect((await countyline('keys', 'create', '--jurisdiction', 'west')).err).toContain('--region')
    expect((await countyline('keys', 'create', '--jurisdiction', 'west', '--region', 'pond')).code).toBe(0)
  })

  test('migrate and jobs answer on an empty deployment and on one with regions', async () => {
    const { countyline, write } = deployment()
    expect(await countyline('jobs', '--json')).toMatchObject({ code: 0, json: [] })
    expect((await countyline('migrate')).code).toBe(0)
    write('lake', lakeFiles())
    await countyline('apply')
    expect(await countyline('migrate', '--json')).toMatchObject({
      code: 0,
      json: { migrated: [], failed: [] },
    })
    expect((await countyline('jobs')).code).toBe(0)
    expect((await countyline('jobs', '--retry', '999', '--database', 'lake--west')).err).toContain(
      'no job 999',
    )
  })
})

describe('imports', () => {
  const write = (folder: string, name: string, text: string) => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  test('a county’s file becomes one boundary a body, and what cannot be taken is refused by name', async () => {
    const { countyline, tenantsDir, dataDir } = deployment()
    const crossing = {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [1, 1],
          [1, 0],
          [0, 1],
          [0, 0],
        ],
      ],
    }
    const file = write(
      dataDir,
      'county.geojson',
      collection(
        boxFeature(-80, 40, -79.9, 40.1, { NAME: 'PORT SAINT-JOHN' }),
        boxFeature(-79.8, 40, -79.7, 40.1, { NAME: 'PORT SAINT-JOHN' }),
        { type: 'Feature', properties: { NAME: 'Bowtie' }, geometry: crossing },
      ),
    )
    const { code, out } = await countyline(
      'boundaries',
      'import',
      file,
      '--region',
      'lake',
      '--name-field',
      'NAME',
    )
    expect(code).toBe(1)
    expect(out).toMatch(/refused Bowtie: /)
    expect(out).toContain('1 boundary written, 1 refused')
    expect(readFileSync(join(tenantsDir, 'lake/port-saint-john/jurisdiction.yaml'), 'utf8')).toContain(
      'name: Port Saint-John\nkind: municipality\ncode: PSJ\n',
    )
    expect(existsSync(join(tenantsDir, 'lake/bowtie'))).toBe(false)
  })

  test('an import from a day on ends the earlier boundary there, and leaves jurisdiction.yaml alone', async () => {
    const { countyline, write: put, tenantsDir, dataDir } = deployment()
    put('lake', lakeFiles())
    const file = write(dataDir, 'annexed.geojson', box(-80.09, 40.02, -80, 40.08, { NAME: 'West' }))
    expect(
      (
        await countyline(
          'boundaries',
          'import',
          file,
          '--region',
          'lake',
          '--name-field',
          'NAME',
          '--from',
          '2026-07-01',
        )
      ).code,
    ).toBe(0)
    const { features } = JSON.parse(readFileSync(join(tenantsDir, 'lake/west/boundary.geojson'), 'utf8'))
    expect(features.map((feature: { properties: object }) => feature.properties)).toEqual([
      { to: '2026-07-01' },
      { from: '2026-07-01' },
    ])
    expect(readFileSync(join(tenantsDir, 'lake/west/jurisdiction.yaml'), 'utf8')).toBe(
      lakeFiles().get('west/jurisdiction.yaml'),
    )
    const at = (when: string) =>
      countyline(
        'route',
        '--region',
        'lake',
        '--service',
        'graffiti',
        '--at',
        '40.05,-80.085',
        '--when',
        when,
        '--json',
      )
    expect((await at('2026-06-30T23:59')).json).toMatchObject({ accountable: { id: 'lake-county' } })
    expect((await at('2026-07-01T00:00')).json).toMatchObject({ accountable: { id: 'west' } })
  })

  test('services are added to a catalogue, its comments and its own entries stay', async () => {
    const { countyline, write: put, tenantsDir, dataDir } = deployment()
    put('lake', lakeFiles({ 'services.yaml': `# By hand.\n${lakeFiles().get('services.yaml')}` }))
    const xml =
      '<services><service><service_code>pothole</service_code><service_name>Hole</service_name></service><service><service_code>007</service_code><service_name>Noise</service_name></service><service><service_code>a b</service_code><service_name></service_name></service><service><service_code>c/d</service_code><service_name>Made</service_name></service></services>'
    const file = write(dataDir, 'services.xml', xml)
    const { code, json } = await countyline(
      'services',
      'import',
      file,
      '--region',
      'lake',
      '--layers',
      'municipality,county',
      '--json',
    )
    expect(code).toBe(1)
    expect(json).toMatchObject({
      added: ['007', 'c-d'],
      kept: ['pothole'],
      refused: [{ code: 'a b' }],
      codes: [{ theirs: 'c/d', code: 'c-d' }],
    })
    const text = readFileSync(join(tenantsDir, 'lake/services.yaml'), 'utf8')
    expect(text).toMatch(/^# By hand\./)
    expect(text).toContain('code: "007"')
    expect((await countyline('validate')).code).toBe(0)
  })

  test('without a region the catalogue is printed, ready for a services.yaml', async () => {
    const { countyline, dataDir, write: put } = deployment()
    const file = write(
      dataDir,
      'services.json',
      '[{"service_code":"001","service_name":"Cans","keywords":"bin, can"}]',
    )
    const { code, out } = await countyline('services', 'import', file)
    expect(code).toBe(0)
    put('lake', lakeFiles({ 'services.yaml': out }))
    const { json } = await countyline('validate', '--json')
    expect(json).toMatchObject([{ issues: [{ file: 'agreements.yaml' }] }])
  })
})

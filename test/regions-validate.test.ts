import { describe, expect, test } from 'vitest'
import { loadRegion, type RegionFiles } from '../src/regions/documents/load.ts'
import { box, boxFeature, collection, lakeEdited, lakeFiles, line } from './support/lake.ts'

const agreement = (id: string, accountable: string, performer: string, rest = '') =>
  `  - id: ${id}\n    title: ${id}\n    accountable: ${accountable}\n    performer: ${performer}\n${rest}`
const agreements = (...written: string[]) =>
  lakeFiles({ 'agreements.yaml': `agreements:\n${written.join('')}` })

/** A jurisdiction's own sign-in provider, with this secret. */
const signInBy = (secret: string) =>
  `signIn:\n  issuer: https://login.example\n  clientId: c\n  clientSecret: ${secret}\n  claim: groups\n  roles: {}`

/** The territories of two partners on the same ground. */
function territories(one: object, other: object): RegionFiles {
  const area = (id: string, partner: string, dates: object) =>
    boxFeature(-80.1, 40, -80.09, 40.01, { id, name: id, kind: 'territory', partner, ...dates })
  const partners = '  - id: army\n    name: Army\n    phone: "+1 555 0101"\n'
  const region = `${lakeFiles().get('region.yaml')}${partners}`
  const areas = collection(area('camp', 'army', one), area('fort', 'state-dot', other))
  return lakeFiles({ 'region.yaml': region, 'areas.geojson': areas })
}

/** A promise, the files that break it, where, and what is reported. */
type Case = readonly [promise: string, files: RegionFiles, place: string, message: RegExp]

const basemapCases: readonly (readonly [promise: string, basemap: string, message: RegExp])[] = [
  [
    'a base map of a host that a page’s policy cannot name',
    '{ tiles: "https://a;img-src/{z}/{x}/{y}.png", type: raster, attribution: a }',
    /full host name/,
  ],
  [
    'a base map without encryption, except on the same machine',
    '{ pmtiles: "http://tiles.example/a.pmtiles", attribution: a }',
    /begins with https/,
  ],
  [
    'tiles without their placeholders',
    '{ tiles: "https://a.example/{z}/{x}.png", type: raster, attribution: a }',
    /\{z\}, \{x\} and \{y\}/,
  ],
  [
    'tiles with other placeholders',
    '{ tiles: "https://a.example/{s}/{z}/{x}/{y}.png", type: raster, attribution: a }',
    /no placeholders but/,
  ],
  [
    'an archive that is a template',
    '{ pmtiles: "https://a.example/{z}.pmtiles", attribution: a }',
    /Name one file/,
  ],
  ['a base map of nobody', '{ pmtiles: "https://a.example/a.pmtiles" }', /"attribution" is missing/],
  ['a base map from nowhere', '{ attribution: a }', /Add pmtiles or tiles/],
  [
    'a base map from two sources',
    '{ pmtiles: "https://a.example/a", tiles: "https://a.example/{z}/{x}/{y}", type: raster, attribution: a }',
    /Remove pmtiles or tiles/,
  ],
  [
    'tiles of which it is not known what they are',
    '{ tiles: "https://a.example/{z}/{x}/{y}", attribution: a }',
    /Add type: vector or raster/,
  ],
  [
    'pictures with layers',
    '{ tiles: "https://a.example/{z}/{x}/{y}", type: raster, schema: protomaps, attribution: a }',
    /Remove schema/,
  ],
  [
    'an archive whose zoom is told',
    '{ pmtiles: "https://a.example/a", maximumZoom: 14, attribution: a }',
    /Remove maximumZoom/,
  ],
]
const basemaps = basemapCases.map(([promise, basemap, message]): Case => {
  const files = lakeEdited('region.yaml', '40.05] }', `40.05], basemap: ${basemap} }`)
  return [promise, files, 'region.yaml:9', message]
})

const errors: readonly Case[] = [
  ...basemaps,
  [
    'a new emergency says what it is and what to do',
    lakeEdited('region.yaml', 'intake: lake-county', 'emergencies: [{ id: dam }]\nintake: lake-county'),
    'region.yaml:7',
    /"dam" is not a shipped emergency.*Add its name, advice, words/,
  ],
  [
    'an emergency is listed once',
    lakeEdited(
      'region.yaml',
      'intake: lake-county',
      'emergencies: [{ id: fire }, { id: fire }]\nintake: lake-county',
    ),
    'region.yaml:7',
    /"fire" is listed twice/,
  ],
  [
    'the intake is a jurisdiction',
    lakeEdited('region.yaml', 'intake: lake-county', 'intake: lake-conty'),
    'region.yaml:7',
    /Unknown jurisdiction "lake-conty".*"lake-county"/,
  ],
  [
    'white text can be read on the brand color',
    lakeEdited('region.yaml', '#1a4480', '#4dabf7'),
    'region.yaml:8',
    /contrast of 2\.\d+ to 1/,
  ],
  [
    'a partner has an id of its own',
    lakeEdited('region.yaml', 'id: state-dot', 'id: west'),
    'region.yaml:11',
    /also a jurisdiction/,
  ],
  [
    'what is forwarded to a partner has somewhere to go',
    lakeEdited('region.yaml', 'name: State DOT', 'name: State DOT\n    forward: email'),
    'region.yaml:13',
    /cannot be sent to State DOT by email.*Add its email/,
  ],
  [
    'a partner’s key is named, never written',
    lakeEdited(
      'region.yaml',
      'name: State DOT',
      'name: State DOT\n    open311: { endpoint: "https://dot.example/v2", keySecret: DATABASE_TOKEN }',
    ),
    'region.yaml:13',
    /PARTNER_LAKE_COUNTY__STATE_DOT/,
  ],
  [
    'a partner’s key is its own',
    lakeEdited(
      'region.yaml',
      'name: State DOT',
      'name: State DOT\n    open311: { endpoint: "https://dot.example/v2", keySecret: PARTNER_LAKE__POWER }',
    ),
    'region.yaml:13',
    /"PARTNER_LAKE__POWER" is not a secret of state-dot in lake.*PARTNER_LAKE__STATE_DOT/,
  ],
  [
    'a geocoder is of a kind that is known',
    lakeEdited(
      'region.yaml',
      'partners:',
      `geocoders:\n  - { kind: google, attribution: Google }\npartners:`,
    ),
    'region.yaml:11',
    /Use census, nominatim, photon, pelias or arcgis/,
  ],
  [
    'a geocoder says whose data it is',
    lakeEdited('region.yaml', 'partners:', `geocoders:\n  - kind: census\npartners:`),
    'region.yaml:11',
    /attribution/,
  ],
  [
    'a geocoder’s answers are kept for days',
    lakeEdited(
      'region.yaml',
      'partners:',
      `geocoders:\n  - { kind: census, attribution: Census,\n      cache: forever }\npartners:`,
    ),
    'region.yaml:12',
    /Use none, or a number of days/,
  ],
  [
    'a server of Pelias has a url',
    lakeEdited(
      'region.yaml',
      'partners:',
      `geocoders:\n  - { kind: pelias, attribution: Pelias }\npartners:`,
    ),
    'region.yaml:11',
    /no public Pelias server.*Add its url/,
  ],
  [
    'the public ArcGIS server has a key',
    lakeEdited('region.yaml', 'partners:', `geocoders:\n  - { kind: arcgis, attribution: Esri }\npartners:`),
    'region.yaml:11',
    /needs a key.*keySecret, or the url/,
  ],
  [
    'a geocoder’s key is named, never written',
    lakeEdited(
      'region.yaml',
      'partners:',
      `geocoders:\n  - { kind: pelias, attribution: Pelias, url: "https://p.example",\n      keySecret: ge-abcdef }\npartners:`,
    ),
    'region.yaml:12',
    /GEOCODER_LAKE_COUNTY__PELIAS/,
  ],
  [
    'a geocoder’s key is the region’s own',
    lakeEdited(
      'region.yaml',
      'partners:',
      `geocoders:\n  - { kind: pelias, attribution: Pelias, url: "https://p.example",\n      keySecret: GEOCODER_HILL__PELIAS }\npartners:`,
    ),
    'region.yaml:12',
    /"GEOCODER_HILL__PELIAS" is not a secret of pelias in lake.*GEOCODER_LAKE__PELIAS/,
  ],
  [
    'a geocoder that takes no key has none',
    lakeEdited(
      'region.yaml',
      'partners:',
      `geocoders:\n  - { kind: census, attribution: Census,\n      keySecret: GEOCODER_LAKE__CENSUS }\npartners:`,
    ),
    'region.yaml:12',
    /takes no key.*Remove keySecret/,
  ],
  [
    'a geocoder is listed once',
    lakeEdited(
      'region.yaml',
      'partners:',
      `geocoders:\n  - { kind: census, attribution: Census }\n  - { kind: census, attribution: Census }\npartners:`,
    ),
    'region.yaml:12',
    /"census" is listed twice/,
  ],
  [
    'sign-ins are accepted from jurisdictions that exist',
    lakeEdited('west/jurisdiction.yaml', 'code: WE', 'code: WE\nacceptSignInsFrom: [eest]'),
    'west/jurisdiction.yaml:4',
    /Unknown jurisdiction "eest".*"east"/,
  ],
  [
    'a client secret is the jurisdiction’s own',
    lakeEdited('west/jurisdiction.yaml', 'code: WE', `code: WE\n${signInBy('OIDC_LAKE__EAST')}`),
    'west/jurisdiction.yaml:7',
    /"OIDC_LAKE__EAST" is not a secret of west in lake.*OIDC_LAKE__WEST/,
  ],
  [
    'a partner’s services are the catalogue’s',
    lakeEdited(
      'region.yaml',
      'name: State DOT',
      'name: State DOT\n    open311: { endpoint: "https://dot.example/v2", services: { pothol: "7" } }',
    ),
    'region.yaml:13',
    /Unknown service "pothol".*"pothole"/,
  ],
  [
    'a host leads to one place',
    lakeEdited('region.yaml', '[lake.example]', '[lake.example, LAKE.example]'),
    'region.yaml:4',
    /listed twice/,
  ],
  [
    'a host is a name',
    lakeEdited('region.yaml', 'lake.example', '"https://lake.example"'),
    'region.yaml:4',
    /not a host name/,
  ],
  [
    'a service code stands once',
    lakeEdited('services.yaml', 'code: graffiti', 'code: pothole'),
    'services.yaml:14',
    /Number 1 also has the code/,
  ],
  [
    'an asset layer is one that is recorded',
    lakeEdited('services.yaml', 'asset:road', 'asset:rode'),
    'services.yaml:4',
    /"asset:rode".*"asset:road"/,
  ],
  [
    'a choice has options',
    lakeEdited(
      'services.yaml',
      /options:[^u]*label: Deep }/.exec(lakeFiles().get('services.yaml') ?? '')?.[0] ?? '',
      'options: []',
    ),
    'services.yaml:7',
    /without options/,
  ],
  [
    'only a choice has options',
    lakeEdited('services.yaml', 'type: choice', 'type: text'),
    'services.yaml:11',
    /is a text and has options/,
  ],
  [
    'urgent answers name a question',
    lakeEdited('services.yaml', 'urgentAnswers: { size:', 'urgentAnswers: { sice:'),
    'services.yaml:13',
    /Unknown question with options "sice".*"size"/,
  ],
  [
    'urgent answers name an option',
    lakeEdited('services.yaml', '[deep]', '[deeep]'),
    'services.yaml:13',
    /Unknown option "deeep".*"deep"/,
  ],
  [
    'a tracking code is one body’s',
    lakeEdited('west/jurisdiction.yaml', 'code: WE', 'code: EA'),
    'west/jurisdiction.yaml:3',
    /east already has the code/,
  ],
  [
    'the after-hours desk exists',
    lakeEdited('west/jurisdiction.yaml', 'Desk: lake-county', 'Desk: state-dott'),
    'west/jurisdiction.yaml:7',
    /"state-dot"/,
  ],
  [
    'the after-hours desk is somebody else',
    lakeEdited('west/jurisdiction.yaml', 'Desk: lake-county', 'Desk: west'),
    'west/jurisdiction.yaml:7',
    /cannot answer while it is closed/,
  ],
  [
    'a body offers services that exist',
    lakeEdited('east/jurisdiction.yaml', 'code: EA', 'code: EA\noffers: [grafiti]'),
    'east/jurisdiction.yaml:4',
    /"graffiti"/,
  ],
  [
    'a body closes after it opens',
    lakeEdited('west/jurisdiction.yaml', '08:00-17:00', '22:00-06:00'),
    'west/jurisdiction.yaml:4',
    /closes before it opens/,
  ],
  [
    'a body with hours opens at some time',
    lakeEdited('west/jurisdiction.yaml', '{ mon-fri: "08:00-17:00" }', '{}'),
    'west/jurisdiction.yaml:4',
    /never opens/,
  ],
  [
    'a weekday has its hours once',
    lakeEdited('west/jurisdiction.yaml', 'hours: {', 'hours: { fri: "08:00-12:00",'),
    'west/jurisdiction.yaml:4',
    /listed before/,
  ],
  [
    'a body begins before it ends',
    lakeEdited('east/jurisdiction.yaml', 'code: EA', 'code: EA\nfrom: 2026-07-01\nto: 2026-07-01'),
    'east/jurisdiction.yaml:5',
    /before it starts/,
  ],
  [
    'a name of the platform is nobody’s slug',
    lakeFiles({ 'none/jurisdiction.yaml': 'name: None\nkind: agency\ncode: NO\n' }),
    'none/jurisdiction.yaml:1',
    /reserved/,
  ],
  [
    'a slug fits into a database’s name',
    lakeFiles({
      [`${'a'.repeat(48)}${'b'.repeat(12)}/jurisdiction.yaml`]: 'name: A\nkind: agency\ncode: AA\n',
    }),
    `${'a'.repeat(48)}${'b'.repeat(12)}/jurisdiction.yaml:1`,
    /folder name .* is not valid/,
  ],
  [
    'an owner of a road exists',
    lakeFiles({
      'roads.geojson': collection(
        line({ id: 'r', name: 'R', class: 'local', owner: 'state-dto' }, [
          [-80, 40],
          [-80, 40.1],
        ]),
      ),
    }),
    'roads.geojson:2',
    /"state-dot"/,
  ],
  [
    'a boundary street names both sides and a lead',
    lakeEdited('roads.geojson', '"lead":"east",', ''),
    'roads.geojson:3',
    /only some of left, right and lead/,
  ],
  [
    'the sides of a boundary street are where they are said to be',
    lakeEdited('roads.geojson', '"left":"west","right":"east"', '"left":"east","right":"west"'),
    'roads.geojson:3',
    /swapped: east is on its right/,
  ],
  [
    'a road stands once at a time',
    lakeEdited('roads.geojson', '"id":"oak-1"', '"id":"mill-1"'),
    'roads.geojson:3',
    /twice at the same time/,
  ],
  [
    'a territory is somebody’s',
    lakeFiles({
      'areas.geojson': collection(
        boxFeature(-80.1, 40, -80.09, 40.01, { id: 'fort', name: 'Fort', kind: 'territory' }),
      ),
    }),
    'areas.geojson:2',
    /has no partner/,
  ],
  [
    'two partners claim no ground both',
    territories({ from: '2020-01-01' }, {}),
    'areas.geojson:3',
    /"fort" and "camp" both cover/,
  ],
  [
    'longitude comes first',
    lakeEdited('places.geojson', '[-80.02,40.06]', '[40.06,-80.02]'),
    'places.geojson:2',
    /wrong order/,
  ],
  [
    'two bodies of a layer claim no ground both',
    lakeFiles({ 'east/boundary.geojson': box(-80.01, 40.02, -79.92, 40.08) }),
    'west/boundary.geojson:2',
    /West and East both cover 2\.\d+ sq mi in the layer "municipality"/,
  ],
  [
    'an agreement is between bodies that exist',
    agreements(agreement('a', 'wst', 'state-dot')),
    'agreements.yaml:4',
    /Unknown jurisdiction or partner "wst".*"west"/,
  ],
  [
    'an agreement is about services that exist',
    agreements(agreement('a', 'west', 'east', '    services: [potholes]\n')),
    'agreements.yaml:6',
    /"pothole"/,
  ],
  [
    'an agreement ends after it begins',
    agreements(agreement('a', 'west', 'east', '    from: 2027-01-01\n    to: 2026-01-01\n')),
    'agreements.yaml:7',
    /before it starts/,
  ],
  [
    'agreements go in no circle',
    agreements(agreement('a', 'west', 'east'), agreement('b', 'east', 'west')),
    'agreements.yaml:',
    /loop: east → west → east/,
  ],
  [
    'agreements do not claim one matter both',
    agreements(
      agreement('a', 'west', 'east', '    services: [graffiti, pothole]\n'),
      agreement('b', 'west', 'lake-county', '    services: [pothole]\n'),
    ),
    'agreements.yaml:7',
    /cover the same service/,
  ],
  [
    'a boundary street’s parts reach its end',
    lakeFiles({
      'agreements.yaml':
        'boundaryStreets:\n  - id: a\n    title: A\n    segment: oak-1\n    parts: [{ upTo: 0.5, lead: west }, { upTo: 0.9, lead: east }]\n',
    }),
    'agreements.yaml:5',
    /do not cover the street/,
  ],
  [
    'only a street between two bodies has a boundary street agreement',
    lakeFiles({
      'agreements.yaml': 'boundaryStreets:\n  - { id: a, title: A, segment: mill-1, lead: west }\n',
    }),
    'agreements.yaml:2',
    /not a boundary street/,
  ],
]

const warnings: readonly Case[] = [
  [
    'a layer that nobody has',
    lakeEdited('services.yaml', 'layers: [water-district]', 'layers: [watr-district]'),
    'services.yaml:19',
    /"watr-district"/,
  ],
  [
    'a body that no place leads to',
    lakeFiles({ 'west/boundary.geojson': null, 'roads.geojson': null }),
    'west/jurisdiction.yaml:1',
    /no boundary/,
  ],
  [
    'a language that texts lack',
    lakeEdited('region.yaml', '[en]', '[en, es]'),
    'services.yaml:3',
    /6 texts are not in "es"/,
  ],
  [
    'an agreement that nothing follows',
    agreements(agreement('a', 'west', 'east', '    to: 2028-07-01\n')),
    'agreements.yaml:6',
    /"a" has no successor/,
  ],
  [
    'hours of a body that has given none',
    agreements(agreement('a', 'east', 'west', '    hours: closed\n')),
    'agreements.yaml:6',
    /hours of East are not given, so it counts as always open/,
  ],
  [
    'sign-ins of a body that has no provider',
    lakeEdited('west/jurisdiction.yaml', 'code: WE', 'code: WE\nacceptSignInsFrom: [east]'),
    'west/jurisdiction.yaml:4',
    /east has no sign-in provider/,
  ],
  [
    'a partner whom nobody can reach',
    lakeEdited('region.yaml', '    phone: "+1 555 0100"\n', ''),
    'region.yaml:11',
    /no way to contact/,
  ],
]

describe('what would misroute is refused, with its line and how to correct it', () => {
  test.each(errors)('%s', (_, files, place, message) => {
    const { documents, issues } = loadRegion('lake', files)
    expect(documents).toBeUndefined()
    const errors = issues.filter(({ severity }) => severity === 'error')
    const lines = errors.map(({ file, line, message, repair }) => `${file}:${line} ${message}. ${repair}`)
    expect(
      lines.some(line => line.startsWith(place) && message.test(line)),
      lines.join('\n'),
    ).toBe(true)
  })
})

describe('a possible mistake is reported, and passes', () => {
  test.each(warnings)('%s', (_, files, place, message) => {
    const { documents, issues } = loadRegion('lake', files)
    expect(documents, JSON.stringify(issues)).toBeDefined()
    const lines = issues.map(({ file, line, message }) => `${file}:${line} ${message}`)
    expect(
      lines.some(line => line.startsWith(place) && message.test(line)),
      lines.join('\n'),
    ).toBe(true)
  })
})

describe('what only looks alike is left alone', () => {
  test.each(['OIDC_LAKE__WEST', 'OIDC_LAKE__WEST__2027'])('a secret of its own: %s', name => {
    fine(lakeEdited('west/jurisdiction.yaml', 'code: WE', `code: WE\n${signInBy(name)}`))
  })

  const fine = (files: RegionFiles) =>
    expect(loadRegion('lake', files).issues.filter(({ severity }) => severity === 'error')).toEqual([])

  test('bodies of one layer may follow each other on the same ground', () => {
    fine(
      lakeFiles({
        'west/boundary.geojson': box(-80.08, 40.02, -80, 40.08, { to: '2027-01-01' }),
        'east/boundary.geojson': collection(
          boxFeature(-80, 40.02, -79.92, 40.08, { to: '2027-01-01' }),
          boxFeature(-80.08, 40.02, -79.92, 40.08, { from: '2027-01-01' }),
        ),
      }),
    )
  })

  test('one partner may follow another on the same ground', () => {
    fine(territories({ to: '2027-01-01' }, { from: '2027-01-01' }))
  })

  test('districts of one layer may overlap when they offer nothing in common', () => {
    const fire = 'name: Fire\nkind: special-district\ncode: FD\nlayers: [water-district]\noffers: []\n'
    fine(
      lakeFiles({
        'fire/jurisdiction.yaml': fire,
        'fire/boundary.geojson': box(-80.05, 40.03, -79.95, 40.07),
      }),
    )
  })

  test('agreements may share a service at other times, hours or places', () => {
    const park = boxFeature(-80.07, 40.03, -80.06, 40.04, { id: 'park', name: 'Park', kind: 'agreement' })
    const pier = boxFeature(-80.05, 40.03, -80.04, 40.04, { id: 'pier', name: 'Pier', kind: 'agreement' })
    const files = agreements(
      agreement('a', 'west', 'east', '    services: [pothole]\n    to: 2026-07-01\n    areas: [park]\n'),
      agreement(
        'b',
        'west',
        'lake-county',
        '    services: [pothole]\n    from: 2026-07-01\n    areas: [park]\n    hours: open\n',
      ),
      agreement(
        'c',
        'west',
        'state-dot',
        '    services: [pothole]\n    from: 2026-07-01\n    areas: [park]\n    hours: closed\n',
      ),
      agreement('d', 'west', 'east', '    services: [pothole]\n    areas: [pier]\n'),
    )
    fine(new Map([...files, ['areas.geojson', collection(park, pier)]]))
  })

  test('a host of another region is refused only there', () => {
    const taken = new Map([['lake.example', 'other']])
    expect(loadRegion('lake', lakeFiles(), taken).issues[0]?.message).toBe(
      'The host "lake.example" already belongs to the region other',
    )
    expect(loadRegion('lake', lakeFiles()).issues).toEqual([])
  })
})

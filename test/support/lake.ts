import { loadRegion, type RegionFiles } from '../../src/regions/documents/load.ts'
import type { Documents } from '../../src/regions/documents/snapshot.ts'
import { compileRegion, type Region } from '../../src/regions/runtime/compile.ts'

/**
 * A small region to modify in tests: a county of two towns side by side, west and east of the meridian -80.0,
 * and a water district across both. Mill Road runs east through both towns and belongs to the county; Oak
 * Street runs north along the boundary between them.
 */
const files: Readonly<Record<string, string>> = {
  'region.yaml': `name: Lake County 311
languages: [en]
timezone: America/New_York
hosts: [lake.example]
phone: "311"
emergency: { phone: "911", text: Call 911 }
intake: lake-county
brand: { primary: "#1a4480" }
map: { center: [-80.0, 40.05] }
partners:
  - id: state-dot
    name: State DOT
    phone: "+1 555 0100"
`,
  'services.yaml': `services:
  - code: pothole
    name: Pothole
    layers: [asset:road, municipality, county]
    deadline: 3 business days
    questions:
      - code: size
        type: choice
        label: How big is it?
        options:
          - { key: small, label: Small }
          - { key: deep, label: Deep }
    urgentAnswers: { size: [deep] }
  - code: graffiti
    name: Graffiti
    layers: [municipality, county]
  - code: water-leak
    name: Water leak
    layers: [water-district]
`,
  'agreements.yaml': `agreements:
  - id: west-graffiti
    title: Graffiti removal for West
    accountable: west
    performer: lake-county
    services: [graffiti]
    from: 2026-07-01
`,
  'lake-county/jurisdiction.yaml': 'name: Lake County\nkind: county\ncode: LC\n',
  'lake-county/boundary.geojson': box(-80.1, 40, -79.9, 40.1),
  'west/jurisdiction.yaml': `name: West
kind: municipality
code: WE
hours: { mon-fri: "08:00-17:00" }
holidays: [{ date: 2026-07-03, name: Independence Day observed },
  { date: 2027-07-05, name: Independence Day observed }]
afterHoursDesk: lake-county
`,
  'west/boundary.geojson': box(-80.08, 40.02, -80, 40.08),
  'east/jurisdiction.yaml': 'name: East\nkind: municipality\ncode: EA\n',
  'east/boundary.geojson': box(-80, 40.02, -79.92, 40.08),
  'quill-water/jurisdiction.yaml':
    'name: Quill Water\nkind: special-district\ncode: QW\nlayers: [water-district]\n',
  'quill-water/boundary.geojson': box(-80.05, 40.03, -79.95, 40.07),
  'roads.geojson': collection(
    line(
      {
        id: 'mill-1',
        name: 'Mill Road',
        class: 'arterial',
        owner: 'lake-county',
        numbersLeft: [1, 99],
        numbersRight: [2, 100],
      },
      [
        [-80.08, 40.05],
        [-79.92, 40.05],
      ],
    ),
    line(
      {
        id: 'oak-1',
        name: 'Oak Street',
        class: 'local',
        left: 'west',
        right: 'east',
        lead: 'east',
        numbersLeft: [101, 199],
        numbersRight: [100, 198],
      },
      [
        [-80, 40.03],
        [-80, 40.07],
      ],
    ),
  ),
  'places.geojson': collection({
    type: 'Feature',
    properties: { name: 'José Martí Park', kind: 'park' },
    geometry: { type: 'Point', coordinates: [-80.02, 40.06] },
  }),
}

/** The region's files, some replaced, or left out with null. */
export function lakeFiles(changes: Readonly<Record<string, string | null>> = {}): RegionFiles {
  const entries = Object.entries({ ...files, ...changes })
  return new Map(entries.flatMap(([file, text]) => (text === null ? [] : [[file, text] as const])))
}

/** The region's files with one piece of one file replaced. */
export function lakeEdited(file: string, was: string, is: string): RegionFiles {
  const text = files[file] ?? ''
  if (!text.includes(was)) throw new Error(`${file} has no "${was}"`)
  return lakeFiles({ [file]: text.replace(was, is) })
}

export function lakeDocuments(changed: RegionFiles = lakeFiles()): Documents {
  const { documents, issues } = loadRegion('lake', changed)
  if (!documents) throw new Error(JSON.stringify(issues))
  return documents
}

export function lakeRegion(changed: RegionFiles = lakeFiles()): Region {
  return compileRegion({ region: 'lake', version: 1, hash: 'lake', documents: lakeDocuments(changed) })
}

/** A boundary.geojson of one rectangle. */
export function box(
  west: number,
  south: number,
  east: number,
  north: number,
  properties: object = {},
): string {
  return collection(boxFeature(west, south, east, north, properties))
}

export function boxFeature(
  west: number,
  south: number,
  east: number,
  north: number,
  properties: object = {},
): object {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [ring] } }
}

export function line(properties: object, coordinates: readonly (readonly [number, number])[]): object {
  return { type: 'Feature', properties, geometry: { type: 'LineString', coordinates } }
}

/** A feature on each line, the first on line 2. */
export function collection(...features: readonly object[]): string {
  return `{"type":"FeatureCollection","features":[\n${features.map(feature => JSON.stringify(feature)).join(',\n')}\n]}\n`
}

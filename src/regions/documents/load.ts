import * as v from 'valibot'
import { checkHolidaysEnd } from './checks/holidays.ts'
import { checkReadiness } from './checks/readiness.ts'
import {
  areasFile,
  backdropFile,
  boundaryFile,
  type FeatureFile,
  placesFile,
  ringIssues,
  roadsFile,
  toFeatures,
} from './geojson.ts'
import { type DocumentIssue, type IssueAtPath, isError } from './issue.ts'
import { isSandbox } from './sandbox.ts'
import { agreementsDocument } from './schemas/agreements.ts'
import { demonstrationDocument } from './schemas/demonstration.ts'
import { districtsDocument } from './schemas/districts.ts'
import { jurisdictionDocument } from './schemas/jurisdiction.ts'
import { regionDocument } from './schemas/region.ts'
import { servicesDocument } from './schemas/services.ts'
import { slug as slugSchema } from './schemas/values.ts'
import { checkShape } from './shape.ts'
import type { Documents, Jurisdiction } from './snapshot.ts'
import { type DocumentSource, parseJson, parseYaml } from './source.ts'
import { validateDocuments } from './validate.ts'

export type RegionFiles = ReadonlyMap<string, string>

export interface Loaded {
  /** Absent when any document has an error: all are accepted, or none. */
  readonly documents?: Documents
  /** Present when each document is valid by itself, so that boundaries can be inspected. */
  readonly draft?: Documents
  readonly issues: readonly DocumentIssue[]
}

/** Where the documents are to be used. */
export interface Use {
  /** Now, in milliseconds. */
  readonly at: number
  /** Whether addresses have been imported for the region. */
  readonly hasPlaces: boolean
}

/**
 * Finds all issues; never throws. `takenHosts`: host name to the other region that uses it. With `use`, also warns of what
 * is missing, or will run out.
 */
export function loadRegion(
  region: string,
  files: RegionFiles,
  takenHosts: ReadonlyMap<string, string> = new Map(),
  use?: Use,
): Loaded {
  const reader = new Reader(parsed(files))
  const draft = reader.region(region, takenHosts, use)
  const issues = reader.issues()
  if (draft === undefined) return { issues }
  return issues.some(isError) ? { draft, issues } : { documents: draft, draft, issues }
}

export interface LoadedValues extends Omit<Loaded, 'issues'> {
  /** `path` leads to the value within its document. */
  readonly issues: readonly IssueAtPath[]
}

/** As `loadRegion`, of what the files would hold once parsed (`documentValues`). */
export function loadRegionValues(
  region: string,
  values: ReadonlyMap<string, unknown>,
  takenHosts: ReadonlyMap<string, string> = new Map(),
  use?: Use,
): LoadedValues {
  const start = { line: 1, column: 1 }
  const sources = new Map(
    [...values].map(([file, value]) => [file, () => ({ value, syntax: [], at: () => start })]),
  )
  const reader = new Reader(sources)
  const draft = reader.region(region, takenHosts, use)
  const issues = reader.findings
  if (draft === undefined) return { issues }
  return issues.some(isError) ? { draft, issues } : { documents: draft, draft, issues }
}

/** Jurisdictions whose own documents are valid, even in an incomplete region. */
export function loadJurisdictions(files: RegionFiles): readonly Jurisdiction[] {
  return new Reader(parsed(files)).jurisdictions()
}

function parsed(files: RegionFiles): Sources {
  const parse = (file: string, text: string) =>
    file.endsWith('.geojson') ? parseJson(text) : parseYaml(text)
  return new Map([...files].map(([file, text]) => [file, () => parse(file, text)]))
}

type Sources = ReadonlyMap<string, () => DocumentSource>

class Reader {
  readonly findings: IssueAtPath[] = []
  readonly #files: Sources
  readonly #sources = new Map<string, DocumentSource>()
  readonly #syntax: DocumentIssue[] = []

  constructor(files: Sources) {
    this.#files = files
  }

  /** The documents if each is valid by itself, and findings about them together. */
  region(
    region: string,
    takenHosts: ReadonlyMap<string, string>,
    use: Use | undefined,
  ): Documents | undefined {
    this.checkSlug('region.yaml', region)
    if (isSandbox(region)) {
      this.#error(
        'region.yaml',
        `"${region}" is the name of a test site`,
        'Choose a name that does not end like one',
      )
    }
    const draft = this.documents()
    if (draft === undefined) return undefined
    this.findings.push(...validateDocuments(region, draft, takenHosts))
    if (use !== undefined) {
      if (!this.findings.some(isError)) this.findings.push(...checkReadiness(draft, use.hasPlaces))
      this.findings.push(...checkHolidaysEnd(draft, use.at))
    }
    return draft
  }

  documents(): Documents | undefined {
    const region = this.#document('region.yaml', regionDocument, 'required')
    const services = this.#document('services.yaml', servicesDocument, 'required')
    const agreements = this.#document('agreements.yaml', agreementsDocument)
    const demonstration = this.#document('demonstration.yaml', demonstrationDocument)
    const districts = this.#document('districts.yaml', districtsDocument)
    const jurisdictions = this.jurisdictions()
    const areas = this.#features('areas.geojson', areasFile)
    const roads = this.#features('roads.geojson', roadsFile)
    const places = this.#features('places.geojson', placesFile)
    const backdrop = this.#features('backdrop.geojson', backdropFile)
    this.#tellUnknownFiles()
    if (!region || !services || this.issues().some(isError)) return undefined
    return {
      region,
      services: services.services,
      agreements: agreements ?? {},
      ...(demonstration && { demonstration }),
      ...districts,
      jurisdictions,
      areas: toFeatures(areas),
      roads: toFeatures(roads),
      places: toFeatures(places),
      backdrop: toFeatures(backdrop),
    }
  }

  issues(): DocumentIssue[] {
    const placed = this.findings.map(({ path, ...issue }) => ({
      ...issue,
      ...(this.#sources.get(issue.file)?.at(path) ?? { line: 1, column: 1 }),
    }))
    return [...this.#syntax, ...placed].sort(
      (a, b) => order(a.file, b.file) || a.line - b.line || a.column - b.column,
    )
  }

  checkSlug(file: string, name: string) {
    if (v.is(slugSchema, name)) return
    this.#error(file, `The folder name "${name}" is not valid`, 'Use a–z, 0–9 and single hyphens inside')
  }

  jurisdictions(): Jurisdiction[] {
    const files = [...this.#files.keys()].filter(file => /^[^/]+\/jurisdiction\.yaml$/.test(file))
    return files.sort(order).flatMap(file => {
      const slug = file.slice(0, file.indexOf('/'))
      this.checkSlug(file, slug)
      const boundary = this.#features(`${slug}/boundary.geojson`, boundaryFile)
      const document = this.#document(file, jurisdictionDocument)
      const districts = this.#document(`${slug}/districts.yaml`, districtsDocument)
      return document ? [{ ...document, slug, ...districts, boundary: toFeatures(boundary) }] : []
    })
  }

  #document<T extends v.GenericSchema>(file: string, schema: T, required?: 'required') {
    const parse = this.#files.get(file)
    if (parse !== undefined) return this.#shaped(file, parse(), schema)
    if (required) this.#error(file, 'The file is missing', `Add ${file}`)
    return undefined
  }

  #features<T extends v.GenericSchema<unknown, FeatureFile>>(
    file: string,
    schema: T,
  ): v.InferOutput<T> | undefined {
    const parse = this.#files.get(file)
    const collection = parse && this.#shaped(file, parse(), schema)
    if (collection) this.findings.push(...ringIssues(file, collection))
    return collection
  }

  #shaped<T extends v.GenericSchema>(
    file: string,
    source: DocumentSource,
    schema: T,
  ): v.InferOutput<T> | undefined {
    this.#sources.set(file, source)
    if (source.syntax.length > 0) {
      const repair = file.endsWith('.yaml') ? 'Correct the YAML there' : 'Correct the JSON there'
      for (const issue of source.syntax) this.#syntax.push({ severity: 'error', file, repair, ...issue })
      return undefined
    }
    const shape = checkShape(schema, file, source.value)
    if ('output' in shape) return shape.output
    this.findings.push(...shape.findings)
    return undefined
  }

  #tellUnknownFiles() {
    for (const file of this.#files.keys()) {
      const folder = file.slice(0, file.indexOf('/') + 1)
      if (/^.+\/.+\/(jurisdiction\.yaml|districts\.yaml|boundary\.geojson)$/.test(file)) {
        this.checkSlug(file, file.slice(0, file.lastIndexOf('/')))
      } else if (!known.test(file)) {
        const format = shapeFormats[file.slice(file.lastIndexOf('.') + 1).toLowerCase()]
        const message = format === undefined ? 'This file is not used' : `${format} is not read`
        const repair =
          format === undefined ? 'Rename or remove it' : 'Convert it to GeoJSON, as boundary.geojson'
        this.findings.push({ severity: 'warning', file, path: [], message, repair })
      } else if (
        folder !== '' &&
        known.test(file) &&
        !file.endsWith('.md') &&
        !this.#files.has(`${folder}jurisdiction.yaml`)
      ) {
        this.#error(
          file,
          `The folder has ${file.endsWith('.yaml') ? 'districts' : 'a boundary'}, but no jurisdiction.yaml`,
          'Add jurisdiction.yaml to the folder',
        )
      }
    }
  }

  #error(file: string, message: string, repair: string) {
    this.findings.push({ severity: 'error', file, path: [], message, repair })
  }
}

const shapeFormats: Readonly<Record<string, string>> = {
  shp: 'A shapefile',
  shx: 'A shapefile',
  dbf: 'A shapefile',
  kml: 'A KML file',
  kmz: 'A KMZ file',
  gml: 'A GML file',
  gpkg: 'A GeoPackage',
  fgb: 'A FlatGeobuf file',
  topojson: 'A TopoJSON file',
}

const known =
  /^(region|services|agreements|districts|names|keepers|demonstration)\.yaml$|^(areas|roads|places|backdrop)\.geojson$|^[^/]+\/(jurisdiction\.yaml|districts\.yaml|boundary\.geojson)$|\.md$/

export function isDocument(file: string): boolean {
  return known.test(file) && !/\.md$|^(names|keepers)\.yaml$/.test(file)
}

// By code unit, so that it is the same everywhere.
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

import * as v from 'valibot'
import { slug as slugSchema } from './document-values.ts'
import { agreementsDocument, jurisdictionDocument, regionDocument, servicesDocument } from './documents.ts'
import { type Fault, type Finding, isError } from './fault.ts'
import {
  areasFile,
  backdropFile,
  boundaryFile,
  type FeatureFile,
  placesFile,
  ringFindings,
  roadsFile,
  toFeatures,
} from './geojson.ts'
import { checkShape } from './shape.ts'
import type { Documents, Jurisdiction } from './snapshot.ts'
import { parseJson, parseYaml, type Source } from './source.ts'
import { validateDocuments } from './validate.ts'

/** The text of a region's files by their path inside `tenants/<region>/`, with forward slashes. */
export type RegionFiles = ReadonlyMap<string, string>

export interface Loaded {
  /** Absent when any document has an error: they are taken whole or not at all. */
  readonly documents?: Documents
  /** Present when each document is right by itself, so that the ground can be looked at. */
  readonly draft?: Documents
  readonly faults: readonly Fault[]
}

/**
 * Reads a region's documents and finds every fault in them. Never throws, whatever the files hold. `takenHosts` are
 * host names that lead to other regions of the deployment, by name.
 */
export function loadRegion(
  region: string,
  files: RegionFiles,
  takenHosts: ReadonlyMap<string, string> = new Map(),
): Loaded {
  const reader = new Reader(files)
  reader.checkSlug('region.yaml', region)
  const draft = reader.documents()
  if (draft === undefined) return { faults: reader.faults() }
  reader.findings.push(...validateDocuments(region, draft, takenHosts))
  const faults = reader.faults()
  return faults.some(isError) ? { draft, faults } : { documents: draft, draft, faults }
}

/** The jurisdictions whose documents are right by themselves, also of a region that is not complete yet. */
export function loadJurisdictions(files: RegionFiles): readonly Jurisdiction[] {
  return new Reader(files).jurisdictions()
}

class Reader {
  readonly findings: Finding[] = []
  readonly #files: RegionFiles
  readonly #sources = new Map<string, Source>()
  readonly #syntax: Fault[] = []

  constructor(files: RegionFiles) {
    this.#files = files
  }

  documents(): Documents | undefined {
    const region = this.#document('region.yaml', regionDocument, 'required')
    const services = this.#document('services.yaml', servicesDocument, 'required')
    const agreements = this.#document('agreements.yaml', agreementsDocument)
    const jurisdictions = this.jurisdictions()
    const areas = this.#features('areas.geojson', areasFile)
    const roads = this.#features('roads.geojson', roadsFile)
    const places = this.#features('places.geojson', placesFile)
    const backdrop = this.#features('backdrop.geojson', backdropFile)
    this.#tellUnknownFiles()
    if (!region || !services || this.faults().some(isError)) return undefined
    return {
      region,
      services: services.services,
      agreements: agreements ?? {},
      jurisdictions,
      areas: toFeatures(areas),
      roads: toFeatures(roads),
      places: toFeatures(places),
      backdrop: toFeatures(backdrop),
    }
  }

  faults(): Fault[] {
    const placed = this.findings.map(({ path, ...fault }) => ({
      ...fault,
      ...(this.#sources.get(fault.file)?.at(path) ?? { line: 1, column: 1 }),
    }))
    return [...this.#syntax, ...placed].sort(
      (a, b) => order(a.file, b.file) || a.line - b.line || a.column - b.column,
    )
  }

  checkSlug(file: string, name: string) {
    if (v.is(slugSchema, name)) return
    this.#error(file, `The folder "${name}" is no slug`, 'Name it with a–z, 0–9 and single inner hyphens')
  }

  jurisdictions(): Jurisdiction[] {
    const files = [...this.#files.keys()].filter(file => /^[^/]+\/jurisdiction\.yaml$/.test(file))
    return files.sort(order).flatMap(file => {
      const slug = file.slice(0, file.indexOf('/'))
      this.checkSlug(file, slug)
      const boundary = this.#features(`${slug}/boundary.geojson`, boundaryFile)
      const document = this.#document(file, jurisdictionDocument)
      return document ? [{ ...document, slug, boundary: toFeatures(boundary) }] : []
    })
  }

  #document<T extends v.GenericSchema>(file: string, schema: T, required?: 'required') {
    const text = this.#files.get(file)
    if (text !== undefined) return this.#shaped(file, parseYaml(text), schema)
    if (required) this.#error(file, 'The file is missing', `Write ${file}`)
    return undefined
  }

  #features<T extends v.GenericSchema<unknown, FeatureFile>>(
    file: string,
    schema: T,
  ): v.InferOutput<T> | undefined {
    const text = this.#files.get(file)
    const collection = text === undefined ? undefined : this.#shaped(file, parseJson(text), schema)
    if (collection) this.findings.push(...ringFindings(file, collection))
    return collection
  }

  #shaped<T extends v.GenericSchema>(file: string, source: Source, schema: T): v.InferOutput<T> | undefined {
    this.#sources.set(file, source)
    if (source.syntax.length > 0) {
      const mend = file.endsWith('.yaml') ? 'Mend the YAML there' : 'Mend the JSON there'
      for (const fault of source.syntax) this.#syntax.push({ severity: 'error', file, mend, ...fault })
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
      if (/^.+\/.+\/(jurisdiction\.yaml|boundary\.geojson)$/.test(file)) {
        this.checkSlug(file, file.slice(0, file.lastIndexOf('/')))
      } else if (!known.test(file)) {
        const at = { file, path: [], message: 'Nothing reads this file', mend: 'Rename or remove it' }
        this.findings.push({ severity: 'warning', ...at })
      } else if (file === `${folder}boundary.geojson` && !this.#files.has(`${folder}jurisdiction.yaml`)) {
        this.#error(file, 'The folder has a boundary, but no jurisdiction.yaml', 'Write one beside it')
      }
    }
  }

  #error(file: string, message: string, mend: string) {
    this.findings.push({ severity: 'error', file, path: [], message, mend })
  }
}

const known =
  /^(region|services|agreements)\.yaml$|^(areas|roads|places|backdrop)\.geojson$|^[^/]+\/(jurisdiction\.yaml|boundary\.geojson)$|\.md$/

/** Is this one of the files that a region's documents are read from? */
export function isDocument(file: string): boolean {
  return known.test(file) && !file.endsWith('.md')
}

/** By code unit, so that it is the same everywhere. */
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

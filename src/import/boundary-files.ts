import { parseDocument } from 'yaml'
import { isRefusal } from '../geography/refusal.ts'
import { geoJson, yaml } from '../regions/documents/export.ts'
import { loadJurisdictions, type RegionFiles } from '../regions/documents/load.ts'
import type { JurisdictionDocument } from '../regions/documents/schemas/jurisdiction.ts'
import {
  type BoundaryFields,
  type BoundaryImport,
  importBoundaries,
  refusedWhole,
} from './boundaries/import.ts'
import { type GuessedName, guessedName, NAMES_FILE, readNames, withNames } from './boundaries/names.ts'
import { liesElsewhere, withBoundary, withSnapped } from './boundaries/validity.ts'
import { proposeCode } from './codes.ts'

export interface BoundaryOptions extends BoundaryFields {
  readonly kind: JurisdictionDocument['kind']
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Meters within which a boundary is moved onto those of its neighbors. */
  readonly snap?: number | undefined
}

export interface BoundaryFiles extends BoundaryImport {
  readonly files: RegionFiles
  /** Slugs whose earlier boundary is replaced. */
  readonly replaced: ReadonlySet<string>
  /** New names that were guessed from capitals. */
  readonly guessed: readonly GuessedName[]
  /** Names of jurisdictions that the table of names corrects. */
  readonly renamed: readonly { readonly slug: string; readonly from: string; readonly to: string }[]
}

/**
 * One file per body, from the value of a GeoJSON file. With `from`, an existing boundary holds until then; without it,
 * it is replaced.
 */
export function boundaryFiles(
  geojson: unknown,
  present: RegionFiles,
  options: BoundaryOptions,
): BoundaryFiles {
  const { kind, from, to } = options
  const nothing = { files: new Map(), replaced: new Set<string>(), guessed: [], renamed: [] }
  const table = readNames(present.get(NAMES_FILE))
  if (isRefusal(table)) return { ...refusedWhole(table), ...nothing }
  const drawn = importBoundaries(geojson, options)
  const jurisdictions = new Map(loadJurisdictions(present).map(held => [held.slug, held]))
  const imported = options.snap === undefined ? drawn : withSnapped(drawn, jurisdictions, options.snap)
  const codes = new Set([...jurisdictions.values()].map(({ code }) => code))
  const files = new Map<string, string>()
  const refused = [...imported.refused]
  const replaced = new Set<string>()
  const renamed: { slug: string; from: string; to: string }[] = []
  const guessed: GuessedName[] = []
  const added = new Map<string, string>()
  for (const { name: written, slug, geometry } of imported.bodies) {
    const own = jurisdictions.get(slug)
    if (own !== undefined && liesElsewhere(own.boundary, geometry)) {
      refused.push({
        name: written,
        why: `${slug} is already ${own.name}, whose boundary lies elsewhere`,
        repair: `If it is another body, give it another name; if ${slug} was drawn in the wrong place, remove ${slug}/boundary.geojson first`,
      })
      continue
    }
    const file = `${slug}/boundary.geojson`
    const boundary = withBoundary(own?.boundary ?? [], geometry, { from, to })
    files.set(file, geoJson(boundary))
    if (boundary.length === 1 && present.has(file) && present.get(file) !== files.get(file))
      replaced.add(slug)
    const guess = guessedName(written)
    const corrected = table.get(written)
    if (guess !== undefined && corrected === undefined) {
      added.set(written, own?.name ?? guess.name)
      if (own === undefined) guessed.push(guess)
    }
    const document = present.get(`${slug}/jurisdiction.yaml`)
    if (document === undefined) {
      const code = proposeCode(written, codes)
      codes.add(code)
      const made: JurisdictionDocument = { name: corrected ?? guess?.name ?? written, kind, code }
      files.set(`${slug}/jurisdiction.yaml`, yaml('../../../docs/schemas/jurisdiction', made))
    } else if (own !== undefined && corrected !== undefined && corrected !== own.name) {
      files.set(`${slug}/jurisdiction.yaml`, withName(document, corrected))
      renamed.push({ slug, from: own.name, to: corrected })
    }
  }
  if (added.size > 0) files.set(NAMES_FILE, withNames(present.get(NAMES_FILE), added))
  return { ...imported, refused, files, replaced, guessed, renamed }
}

function withName(document: string, name: string): string {
  const parsed = parseDocument(document)
  parsed.set('name', name)
  return parsed.toString({ lineWidth: 0 })
}

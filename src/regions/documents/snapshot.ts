import type { InferOutput } from 'valibot'
import type { LongLat, MultiPolygonRings } from '../../core/geometry.ts'
import type { AgreementsDocument } from './schemas/agreements.ts'
import type { DemonstrationDocument } from './schemas/demonstration.ts'
import type { DistrictSet } from './schemas/districts.ts'
import type {
  areaProperties,
  backdropProperties,
  boundaryProperties,
  placeProperties,
  roadProperties,
} from './schemas/feature-properties.ts'
import type { JurisdictionDocument } from './schemas/jurisdiction.ts'
import type { RegionDocument } from './schemas/region.ts'
import type { ServiceDocument } from './schemas/services.ts'

/** One complete version of a region's configuration, as JSON: `apply` stores it and every process caches it. */
export interface Snapshot {
  readonly region: string
  readonly version: number
  /** SHA-256 of the documents, hex: snapshots with equal hashes decide alike. */
  readonly hash: string
  /** In milliseconds since 1970 UTC; absent before it is applied. */
  readonly appliedAt?: number
  readonly documents: Documents
}

export interface Documents {
  readonly region: RegionDocument
  readonly services: readonly ServiceDocument[]
  readonly agreements: AgreementsDocument
  readonly demonstration?: DemonstrationDocument
  /** Those that no jurisdiction maintains. */
  readonly districts?: readonly DistrictSet[]
  readonly jurisdictions: readonly Jurisdiction[]
  readonly areas: readonly Feature<InferOutput<typeof areaProperties>, MultiPolygonRings>[]
  readonly roads: readonly Feature<InferOutput<typeof roadProperties>, readonly LongLat[]>[]
  readonly places: readonly Feature<InferOutput<typeof placeProperties>, LongLat>[]
  readonly backdrop: readonly Feature<
    InferOutput<typeof backdropProperties>,
    MultiPolygonRings | readonly LongLat[]
  >[]
}

export interface Jurisdiction extends JurisdictionDocument {
  readonly slug: string
  readonly districts?: readonly DistrictSet[]
  readonly boundary: readonly Feature<InferOutput<typeof boundaryProperties>, MultiPolygonRings>[]
}

export interface Feature<P, G> {
  readonly properties: P
  readonly coordinates: G
}

import type { InferOutput } from 'valibot'
import type { MultiPolygonRings, Position } from '../core/geometry.ts'
import type {
  AgreementsDocument,
  JurisdictionDocument,
  RegionDocument,
  ServiceDocument,
} from './documents.ts'
import type {
  areaProperties,
  backdropProperties,
  boundaryProperties,
  placeProperties,
  roadProperties,
} from './feature-properties.ts'

/** One version of a region's configuration, whole: what `apply` stores and every process keeps in memory. JSON. */
export interface Snapshot {
  readonly region: string
  /** Counts up from 1. */
  readonly version: number
  /** SHA-256 of the documents, hex: two snapshots with one hash decide alike. */
  readonly hash: string
  /** When it was applied, in milliseconds since 1970 UTC; absent before that. */
  readonly appliedAt?: number
  readonly documents: Documents
}

/** Validated documents of one region, geometry included. */
export interface Documents {
  readonly region: RegionDocument
  readonly services: readonly ServiceDocument[]
  readonly agreements: AgreementsDocument
  /** In slug order. */
  readonly jurisdictions: readonly Jurisdiction[]
  readonly areas: readonly Feature<InferOutput<typeof areaProperties>, MultiPolygonRings>[]
  readonly roads: readonly Feature<InferOutput<typeof roadProperties>, readonly Position[]>[]
  readonly places: readonly Feature<InferOutput<typeof placeProperties>, Position>[]
  readonly backdrop: readonly Feature<
    InferOutput<typeof backdropProperties>,
    MultiPolygonRings | readonly Position[]
  >[]
}

export interface Jurisdiction extends JurisdictionDocument {
  readonly slug: string
  readonly boundary: readonly Feature<InferOutput<typeof boundaryProperties>, MultiPolygonRings>[]
}

export interface Feature<P, G> {
  readonly properties: P
  readonly coordinates: G
}

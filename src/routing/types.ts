import type { Place } from '../core/geometry.ts'
import type { TraceCode } from './trace.ts'

// Input and output of routing. A `RoutingSnapshot` is one version of a region's configuration, compiled:
// dates are instants, areas and segments are indices into the atlas.

/** Milliseconds since 1970 UTC. Intervals are half-open: `from <= t < to`. */
export type Instant = number
export interface Validity {
  readonly from: Instant
  readonly to: Instant
}

export interface Body extends Validity {
  readonly kind: 'jurisdiction' | 'partner'
  readonly id: string
  readonly name: string
  /** Layers in which it has authority inside its boundary ("municipality", "county", "water-district"). */
  readonly layers: readonly string[]
  /** Service codes; null: every service that names one of its layers. */
  readonly offers: ReadonlySet<string> | null
  readonly isOpen: (at: Instant) => boolean
  /** It counts as open, but that is not said. */
  readonly hoursUnknown?: boolean
  readonly afterHoursDesk: string | null
  /** From then on a jurisdiction is off the platform and treated as a partner (S17). */
  readonly leaves?: Instant
}

export interface ServiceRule {
  readonly code: string
  /** In order; `asset:<kind>` is the owner of the asset at the place, anything else a body's layer. */
  readonly layers: readonly string[]
  readonly inform: readonly string[]
  readonly urgent: boolean
  /** Answers that ask for triage (S6: "emergency" said by the caller alerts nobody by itself). */
  readonly urgentAnswers: ReadonlyMap<string, ReadonlySet<string>>
}

/** A polygon of the atlas; as for segments, the index is the id in the atlas. */
export interface Area extends Validity {
  readonly id: string
  readonly kind: 'boundary' | 'territory' | 'postal' | 'agreement'
  /** The jurisdiction (boundary) or partner (territory) that it belongs to. */
  readonly body: string | null
  readonly name: string
}

export interface Segment extends Validity {
  readonly id: string
  readonly name: string
  readonly kind: string
  /** Jurisdiction or partner; null: the body whose boundary contains it. */
  readonly owner: string | null
  /** A boundary street (S4): the bodies left and right of the drawn direction, and the default lead. */
  readonly sides: { readonly left: string; readonly right: string; readonly lead: string } | null
}

export interface Agreement extends Validity {
  readonly id: string
  readonly title: string
  readonly accountable: string
  readonly performer: string
  /** null: every service. */
  readonly services: ReadonlySet<string> | null
  /** Indices it is limited to; null: everywhere the accountable body is accountable. */
  readonly areas: ReadonlySet<number> | null
  readonly segments: ReadonlySet<number> | null
  /** By the accountable body's calendar. */
  readonly hours: 'always' | 'open' | 'closed'
  readonly urgentOnly: boolean
}

export interface BoundaryStreetAgreement extends Validity {
  readonly id: string
  readonly title: string
  readonly segment: number
  readonly services: ReadonlySet<string> | null
  /** The lead up to each fraction of the street's length; one part up to 1 is the whole street. */
  readonly parts: readonly { readonly upTo: number; readonly lead: string }[]
}

export interface Atlas {
  /** Areas that contain the point, in index order, whatever their dates. A shared array: never change it. */
  areasAt(lat: number, long: number): readonly number[]
  /** Distinct sets of areas within `metres`, the place's own first: they differ only near a boundary. */
  areaSetsWithin(lat: number, long: number, meters: number): readonly (readonly number[])[]
  /** For a point exactly on a boundary: the sets of areas that meet there. Empty for any other. */
  areaSetsTouching(lat: number, long: number): readonly (readonly number[])[]
  segmentsWithin(lat: number, long: number, meters: number): readonly NearSegment[]
}

export interface NearSegment {
  readonly segment: number
  readonly meters: number
  /** Side of the drawn direction; `on` within 0.5 m of the line. */
  readonly side: 'left' | 'right' | 'on'
  /** Fraction of the segment's length at the nearest point, 0–1. */
  readonly along: number
}

export interface RoutingSnapshot {
  /** Version of the configuration, so that a stored decision can be replayed. */
  readonly version: string
  readonly bodies: ReadonlyMap<string, Body>
  readonly services: ReadonlyMap<string, ServiceRule>
  readonly areas: readonly Area[]
  readonly segments: readonly Segment[]
  readonly agreements: readonly Agreement[]
  readonly boundaryStreets: readonly BoundaryStreetAgreement[]
  /** The jurisdiction that holds requests that nobody covers or that could not be routed. */
  readonly intake: string
  readonly atlas: Atlas
}

export interface Inquiry {
  readonly service: string
  /** null: described in words only. */
  readonly place: Place | null
  /** Radius of the location error in meters; 0 for a point from a map or an address. */
  readonly accuracy: number
  readonly at: Instant
  /** Answers to the service's questions, and to routing's own (`road`, `side`). */
  readonly answers: Readonly<Record<string, string | readonly string[]>>
  readonly urgent: boolean
}

export interface BodyRef {
  readonly kind: 'jurisdiction' | 'partner' | 'none'
  readonly id: string
  readonly name: string
}

/** `params`: names from the configuration, dates as `YYYY-MM-DD`, meters as whole numbers. */
export interface TraceStep {
  readonly step: 'locate' | 'decide' | 'agree' | 'reach' | 'tell'
  readonly code: TraceCode
  readonly params: Readonly<Record<string, string | number>>
}

export interface RoutingQuestion {
  /** The key of its answer in `Inquiry.answers`. */
  readonly id: 'road' | 'side'
  readonly options: readonly {
    readonly value: string
    readonly label: string
    readonly accountable: BodyRef
  }[]
}

export interface Resolution {
  readonly accountable: BodyRef
  readonly performer: BodyRef
  readonly desk: BodyRef
  readonly inform: readonly BodyRef[]
  /** What decided: a layer (`asset:road`, `municipality` …), `territory`, `boundary-street`, or `none`. */
  readonly basis: string
  readonly agreements: readonly string[]
  readonly confidence: 'certain' | 'ask' | 'unresolved'
  /** Every body that may be accountable within the location's accuracy. */
  readonly candidates: readonly (BodyRef & { readonly basis: string })[]
  readonly question?: RoutingQuestion
  readonly urgent: boolean
  readonly triage: boolean
  readonly trace: readonly TraceStep[]
  readonly snapshot: string
}

import type { Place } from '../core/geometry.ts'
import type { TraceCode } from './trace.ts'

/**
 * What routing is given and what it answers. A `RoutingSnapshot` is the compiled form of one version of a
 * region's configuration: dates are instants, areas and segments are indices into the atlas.
 */

/** Milliseconds since 1970 UTC. Intervals are half-open: `from <= t < to`. */
export type Instant = number
export interface Validity {
  /** -Infinity: always. */
  readonly from: Instant
  /** Infinity: without end. */
  readonly to: Instant
}

export interface Body extends Validity {
  readonly kind: 'jurisdiction' | 'partner'
  readonly id: string
  readonly name: string
  /** Layers in which it has authority inside its boundary ("municipality", "county", "water-district"). */
  readonly layers: readonly string[]
  /** Service codes it offers; `null`: every service that names one of its layers. */
  readonly offers: ReadonlySet<string> | null
  /** Is it open at this instant, by its own calendar, zone and holidays? */
  readonly isOpen: (at: Instant) => boolean
  /** Who takes the contact while it is closed. */
  readonly afterHoursDesk: string | null
  /** From then on a jurisdiction is off the platform: still responsible, but as a partner is (S17). Absent: it stays. */
  readonly leaves?: Instant
}

export interface ServiceRule {
  readonly code: string
  /** In order; `asset:<kind>` is the owner of the asset at the place, anything else a body's layer. */
  readonly layers: readonly string[]
  /** Layers whose authority at the place is told. */
  readonly inform: readonly string[]
  /** The matter is urgent by its nature. */
  readonly urgent: boolean
  /** Answers that ask for triage (S6: "emergency" said by the caller wakes nobody by itself). */
  readonly urgentAnswers: ReadonlyMap<string, ReadonlySet<string>>
}

/** A polygon of the atlas with its meaning. Index = its id in the atlas. */
export interface Area extends Validity {
  readonly id: string
  readonly kind: 'boundary' | 'territory' | 'postal' | 'agreement'
  /** The jurisdiction (boundary) or partner (territory) that it belongs to. */
  readonly body: string | null
  readonly name: string
}

/** A line of the atlas. Index = its id in the atlas. */
export interface Segment extends Validity {
  readonly id: string
  readonly name: string
  /** Kind of asset: `road`. */
  readonly kind: string
  /** Jurisdiction or partner; `null`: the body whose boundary it lies in. */
  readonly owner: string | null
  /** A boundary street (S4): the bodies left and right of the drawn direction, and the documented default lead. */
  readonly sides: { readonly left: string; readonly right: string; readonly lead: string } | null
}

export interface Agreement extends Validity {
  readonly id: string
  readonly title: string
  readonly accountable: string
  readonly performer: string
  /** `null`: every service. */
  readonly services: ReadonlySet<string> | null
  /** Area indices or segment indices it is limited to; `null`: everywhere the accountable body is accountable. */
  readonly areas: ReadonlySet<number> | null
  readonly segments: ReadonlySet<number> | null
  /** By the accountable body's calendar. */
  readonly hours: 'always' | 'open' | 'closed'
  readonly urgentOnly: boolean
}

/** S4 (1): who leads on a boundary street, as agreed for that segment. */
export interface BoundaryStreetAgreement extends Validity {
  readonly id: string
  readonly title: string
  readonly segment: number
  readonly services: ReadonlySet<string> | null
  /** Whole street: one part up to 1. Split along its length: the lead up to each fraction of its length. */
  readonly parts: readonly { readonly upTo: number; readonly lead: string }[]
}

/** What the ground says about a place. Lent by geography; indices as in `RoutingSnapshot`. */
export interface Atlas {
  /** Areas that hold the point, in index order, whatever their dates. A shared array: never change it. */
  areasAt(lat: number, long: number): readonly number[]
  /**
   * Each distinct set of areas that holds some point of the circle of `metres` around the place, in the form of
   * `areasAt`; the place's own set first. Sets, because being deep inside a city and being at its limit differ only
   * there. A new set begins across each edge that meets the circle: a probe on both sides of every such edge, at its
   * point nearest the place but clear of its ends, finds them all.
   */
  areaSetsWithin(lat: number, long: number, metres: number): readonly (readonly number[])[]
  /** Segments within `metres` of the point, nearest first (ties by index). */
  segmentsWithin(lat: number, long: number, metres: number): readonly NearSegment[]
}

export interface NearSegment {
  readonly segment: number
  readonly metres: number
  /** Side of the drawn direction on which the point lies; `on` within 0.5 m of the line. */
  readonly side: 'left' | 'right' | 'on'
  /** Fraction of the segment's length at the nearest point, 0–1. */
  readonly along: number
}

export interface RoutingSnapshot {
  /** Names this version of the configuration, so that a stored decision can be replayed. */
  readonly version: string
  readonly bodies: ReadonlyMap<string, Body>
  readonly services: ReadonlyMap<string, ServiceRule>
  readonly areas: readonly Area[]
  readonly segments: readonly Segment[]
  readonly agreements: readonly Agreement[]
  readonly boundaryStreets: readonly BoundaryStreetAgreement[]
  /** The jurisdiction that holds what nobody covers or what could not be routed. */
  readonly intake: string
  readonly atlas: Atlas
}

export interface Inquiry {
  readonly service: string
  /** `null`: described in words only. */
  readonly place: Place | null
  /** Radius of the location error in metres; 0 for a point taken from a map or an address. */
  readonly accuracy: number
  readonly at: Instant
  /** Answers to the service's questions, and to routing's own (`road`, `side`). */
  readonly answers: Readonly<Record<string, string | readonly string[]>>
  /** Urgent after triage by an agent. */
  readonly urgent: boolean
}

export interface BodyRef {
  readonly kind: 'jurisdiction' | 'partner' | 'none'
  readonly id: string
  readonly name: string
}

/**
 * One step of the reasoning. `code` names a message `trace-<code>` of the catalogues, filled with `params`: names
 * as the configuration gives them, dates as `YYYY-MM-DD`, metres as whole numbers.
 */
export interface TraceStep {
  readonly step: 'locate' | 'decide' | 'agree' | 'reach' | 'tell'
  readonly code: TraceCode
  readonly params: Readonly<Record<string, string | number>>
}

export interface RoutingQuestion {
  /** The key under which the answer is sent back. */
  readonly id: 'road' | 'side'
  readonly options: readonly {
    readonly value: string
    readonly label: string
    readonly accountable: BodyRef
  }[]
}

export interface Resolution {
  /** Answers for it. */
  readonly accountable: BodyRef
  /** Does it. */
  readonly performer: BodyRef
  /** Takes the contact now. */
  readonly desk: BodyRef
  readonly inform: readonly BodyRef[]
  /** What decided: a layer (`asset:road`, `municipality` …), `territory`, `boundary-street`, or `none`. */
  readonly basis: string
  /** Ids of the agreements applied, in order. */
  readonly agreements: readonly string[]
  readonly confidence: 'certain' | 'ask' | 'unresolved'
  /** Every body that may be accountable within the location's accuracy. */
  readonly candidates: readonly (BodyRef & { readonly basis: string })[]
  readonly question?: RoutingQuestion
  readonly urgent: boolean
  /** The answers ask for triage by a person. */
  readonly triage: boolean
  readonly trace: readonly TraceStep[]
  readonly snapshot: string
}

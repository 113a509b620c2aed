import type { Place } from '../../core/geometry.ts'
import { resolve } from '../resolve.ts'
import type { BodyRef, Inquiry, Instant, Resolution, RoutingSnapshot, TraceStep } from '../types.ts'

// Routing of past requests by two versions of a region's configuration: the one in force and the next. All of the
// result is JSON, so that a job can stop after some requests and go on later.

/** What a request may get another one of. */
export const roles = ['accountable', 'performer', 'desk'] as const
export type Role = (typeof roles)[number]

/** Why a request has no responsible agency, before and after. */
export const unroutedReasons = [
  'unknown-service',
  'no-location',
  'unusable-location',
  'unusable-time',
  'nobody',
  'map-unavailable',
] as const
export type UnroutedReason = (typeof unroutedReasons)[number]

export interface PastRequest {
  readonly id: string
  readonly inquiry: Inquiry
  readonly address: string | null
  /** It is counted only, and never becomes an example. */
  readonly isPrivate: boolean
}

export interface Rehearsal {
  total: number
  /** Requests for which some role would be another body's. */
  moved: number
  matrices: Record<Role, Cell[]>
  unrouted: Partial<Record<UnroutedReason, number>>
}

/** Requests that would move from one body to another. */
export interface Cell {
  readonly from: BodyRef
  readonly to: BodyRef
  count: number
  /** By the first day on which they would move. */
  days: Record<string, number>
  /** The first ones that are not private. */
  examples: Example[]
}

export interface Example {
  readonly id: string
  readonly service: string
  readonly place: Place | null
  readonly address: string | null
  readonly day: string
  readonly from: Decision
  readonly to: Decision
}

/** One side of an example: whom routing names, and why. */
export type Decision = Readonly<Record<Role, BodyRef>> & { readonly trace: readonly TraceStep[] }

export interface Trial {
  readonly before: RoutingSnapshot
  readonly after: RoutingSnapshot
  /** The days to route for, in order. */
  readonly days: readonly string[]
  /** When a request of that instant would be made on that day. */
  readonly instantOn: (at: Instant, day: string) => Instant
  readonly examplesPerCell: number
}

/** In a result, so that it stays small where many bodies are in play. */
const MAX_EXAMPLES = 200

export function emptyRehearsal(): Rehearsal {
  return { total: 0, moved: 0, matrices: { accountable: [], performer: [], desk: [] }, unrouted: {} }
}

/** Adds these requests to the result. */
export function rehearse(into: Rehearsal, trial: Trial, requests: readonly PastRequest[]): void {
  for (const request of requests) rehearseOne(into, trial, request)
}

function rehearseOne(into: Rehearsal, trial: Trial, request: PastRequest): void {
  into.total += 1
  const open = new Set<Role>(roles)
  let reason: UnroutedReason | undefined
  for (const day of trial.days) {
    const inquiry = { ...request.inquiry, at: trial.instantOn(request.inquiry.at, day) }
    const [from, to] = [resolve(trial.before, inquiry), resolve(trial.after, inquiry)]
    for (const role of [...open]) {
      if (from[role].id === to[role].id && from[role].kind === to[role].kind) continue
      open.delete(role)
      addMove(into, trial, { role, request, day, from, to })
    }
    reason = from.accountable.kind === 'none' && to.accountable.kind === 'none' ? reasonOf(to) : undefined
    if (open.size === 0) break
  }
  if (open.size < roles.length) into.moved += 1
  else if (reason !== undefined) into.unrouted[reason] = (into.unrouted[reason] ?? 0) + 1
}

interface Move {
  readonly role: Role
  readonly request: PastRequest
  readonly day: string
  readonly from: Resolution
  readonly to: Resolution
}

function addMove(into: Rehearsal, trial: Trial, { role, request, day, from, to }: Move): void {
  const cell = cellOf(into.matrices[role], from[role], to[role])
  cell.count += 1
  cell.days[day] = (cell.days[day] ?? 0) + 1
  if (request.isPrivate || cell.examples.length >= trial.examplesPerCell) return
  if (countExamples(into) >= MAX_EXAMPLES) return
  const { id, address, inquiry } = request
  const { service, place } = inquiry
  cell.examples.push({ id, service, place, address, day, from: decisionOf(from), to: decisionOf(to) })
}

function cellOf(cells: Cell[], from: BodyRef, to: BodyRef): Cell {
  const known = cells.find(
    cell =>
      cell.from.id === from.id &&
      cell.from.kind === from.kind &&
      cell.to.id === to.id &&
      cell.to.kind === to.kind,
  )
  if (known !== undefined) return known
  const cell: Cell = { from, to, count: 0, days: {}, examples: [] }
  cells.push(cell)
  return cell
}

function countExamples({ matrices }: Rehearsal): number {
  return roles.flatMap(role => matrices[role]).reduce((sum, { examples }) => sum + examples.length, 0)
}

function decisionOf({ accountable, performer, desk, trace }: Resolution): Decision {
  return { accountable, performer, desk, trace }
}

const reasons: Readonly<Record<string, UnroutedReason>> = {
  'unknown-service': 'unknown-service',
  'unknown-place': 'no-location',
  'rough-place': 'no-location',
  'unusable-place': 'unusable-location',
  'unusable-time': 'unusable-time',
  'atlas-away': 'map-unavailable',
}

function reasonOf({ trace }: Resolution): UnroutedReason {
  const decided = trace.findLast(({ step }) => step === 'decide')
  return reasons[decided?.code ?? ''] ?? 'nobody'
}

/** The largest first; with the same number, by name. */
export function sortedCells(cells: readonly Cell[]): Cell[] {
  return cells.toSorted(
    (a, b) => b.count - a.count || compare(a.from.name, b.from.name) || compare(a.to.name, b.to.name),
  )
}

export function countMoved(cells: readonly Cell[]): number {
  return cells.reduce((sum, { count }) => sum + count, 0)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

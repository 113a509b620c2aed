import type { TraceStep } from './types.ts'

/** English ICU with plain arguments only; the catalogues have `trace-<code>`. Reasons must stand alone. */
export const traceMessages = {
  'in-area': 'The location is in {area}.',
  'in-area-since': 'The location is in {area}. It has been part of {area} since {since}.',
  unincorporated: 'The location is not in any city: {county}.',
  'unincorporated-postal': 'The location is not in any city: {county} (mailing address: {postal}).',
  postal: 'The mailing address says {postal}. This does not decide who is responsible.',
  'near-road': '{road} is the nearest road, {distance} away.',
  'kept-since': '{owner} has maintained {road} since {since}.',

  'asset-owner': '{owner} maintains {road}, so it is responsible.',
  'asset-local': '{road} is a local street. The city or county there maintains it.',
  'asset-none': 'There is no {asset} close enough to show who maintains it.',
  'owner-unknown': 'Our records name an owner of {road} that has no authority on that date.',
  territory: 'The location is in {area}, where {body} is responsible.',
  'boundary-street-agreement':
    '{lead} and {other} share {road}. Under the agreement “{agreement}”, {lead} is responsible.',
  'boundary-street-side':
    '{lead} and {other} share {road}. The location is on the side of {lead}, so {lead} is responsible.',
  'boundary-street-lead': '{lead} and {other} share {road}. Our records say that {lead} is responsible.',
  layer: 'The location is in {area}, so {body} is responsible.',
  'layer-empty': 'No {layer} is responsible for this here.',
  'not-offered': '{body} does not offer this service, so we checked the next agency.',
  several: 'Our records name both {body} and {other} here. We use {body} until this is corrected.',
  nobody: 'We found no agency responsible for this here. {desk} will tell you who to contact.',
  answered: 'Your answer: {answer}.',
  'one-body': 'The location may be off by {distance}. {body} is responsible in that whole area.',
  'ask-road': 'The location may be off by {distance}, so we need to know which road it is on.',
  'ask-side': 'The location may be off by {distance}, so we need to know which side it is on: {bodies}.',
  'ask-edge': 'The location is exactly on a boundary, so we need to know which side it is on: {bodies}.',
  'everywhere-one-body': '{body} handles this service in the whole region, so it is responsible.',
  'unknown-place': 'There is no location on the map. {desk} will find the responsible agency.',
  'rough-place': 'The location is not exact enough. {desk} will find the responsible agency.',
  'unusable-place': 'We cannot use this location. {desk} will find the responsible agency.',
  'unusable-time': 'We cannot use this date. {desk} will find the responsible agency.',
  'unknown-service': 'This service is not on our list. {desk} will find the responsible agency.',
  'atlas-away': 'We cannot read the map data right now. {desk} will find the responsible agency.',

  'performed-by': '{performer} does this work for {accountable} under the agreement “{agreement}”.',
  'agreement-void': 'The agreement “{agreement}” does not apply. {performer} has no authority on that date.',
  'agreement-circle': 'The agreement “{agreement}” does not apply. It leads back to {performer}.',

  urgent: 'This is urgent.',
  triage: 'Your answer points to an emergency. A person will check it before a crew is sent.',
  'desk-open': '{desk} is open now.',
  'desk-after-hours': '{body} is closed now. Until it opens, {desk} answers calls.',
  'desk-after-hours-unknown': '{body} is closed now. For calls until it opens, it names {desk}.',
  'desk-closed': '{body} is closed now. It will see your report when it opens.',
  'desk-intake': '{desk} receives the report.',
  'desk-partner': '{body} does not use this site. {desk} sends the report to them. We may not get updates.',

  told: 'We notify {body}.',
} as const

export type TraceCode = keyof typeof traceMessages

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Stored<Name> | Names<Rest>
  : never

// Distances are stored in meters and shown in the reader's units.
type Stored<Name extends string> = Name extends 'distance' ? 'metres' : Name

export type TraceParams<C extends TraceCode> = Readonly<
  Record<Names<(typeof traceMessages)[C]>, string | number>
>

export function step<C extends TraceCode>(at: TraceStep['step'], code: C, params: TraceParams<C>): TraceStep {
  return { step: at, code, params }
}

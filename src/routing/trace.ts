import type { TraceStep } from './types.ts'

/**
 * Everything a trace can say, in English ICU text with plain `{name}` arguments only. The catalogues take these over
 * as `trace-<code>` and translate them. Each deciding text is whole enough to stand alone as the reason.
 */
export const traceMessages = {
  'in-area': 'The place is in {area}.',
  'in-area-since': 'The place is in {area}, within its limits since {since}.',
  unincorporated: 'Unincorporated: {county}.',
  'unincorporated-postal': 'Unincorporated: {county} (postal city: {postal}).',
  postal: 'Mail there says {postal}, but that does not decide who is responsible.',
  'near-road': '{road} is the nearest, {metres} m away.',
  'kept-since': '{owner} has looked after {road} since {since}.',

  'asset-owner': '{owner} looks after {road}, so it will handle this.',
  'asset-local': '{road} is a local street: whoever the place belongs to looks after it.',
  'asset-none': 'No {asset} is near enough to say whose it is.',
  'owner-unknown': 'The recorded owner of {road} has no authority on that date.',
  territory: 'The place is in {area}: that is for {body} to handle.',
  'boundary-street-agreement': '{road} is shared by {lead} and {other}; under “{agreement}”, {lead} leads.',
  'boundary-street-side':
    '{road} is shared by {lead} and {other}; the place is on the side of {lead}, so it leads.',
  'boundary-street-lead':
    '{road} is shared by {lead} and {other}; {lead} is on record as the one that leads.',
  layer: 'The place is in {area}, so {body} will handle this.',
  'layer-empty': 'No {layer} handles this here.',
  'not-offered': '{body} does not offer this service, so the next in line is asked.',
  several: 'Both {body} and {other} are on record here; {body} is taken until that is put right.',
  nobody: 'No public body on record handles this here; {desk} will tell you whom to reach.',
  answered: 'You told us: {answer}.',
  'one-body': 'The location may be off by {metres} m; everywhere within that, {body} is responsible.',
  'ask-road': 'The location may be off by {metres} m, so we need to know which road it is on.',
  'ask-side': 'The location may be off by {metres} m, so we need to know on whose side it is: {bodies}.',
  'everywhere-one-body': '{body} handles this wherever it is, so it will handle this.',
  'unknown-place': 'Without a place on the map we cannot tell who is responsible; {desk} will find out.',
  'rough-place': 'The location is too rough to tell who is responsible; {desk} will find out.',
  'unusable-place':
    'The location cannot be used, so we cannot tell who is responsible; {desk} will find out.',
  'unusable-time': 'The date cannot be used, so we cannot tell who is responsible; {desk} will find out.',
  'unknown-service': 'This service is not in the catalogue; {desk} will find out who is responsible.',
  'atlas-away': 'The map data cannot be read now; {desk} will find out who is responsible.',

  'performed-by': 'Performed by {performer} on behalf of {accountable}, under “{agreement}”.',
  'agreement-void': '“{agreement}” is passed over: {performer} has no authority on that date.',
  'agreement-circle': '“{agreement}” is passed over: it would lead back to {performer}.',

  urgent: 'This is urgent.',
  triage: 'An answer points to an emergency: a person checks it before anyone is called out.',
  'desk-open': '{desk} is open now.',
  'desk-after-hours':
    '{body} is closed now and sees a report when it opens. For what cannot wait, call: {desk} answers now.',
  'desk-closed': '{body} is closed now and sees a report when it opens.',
  'desk-intake': '{desk} takes it in.',
  'desk-partner': '{body} is not part of this site: {desk} passes it on, and updates are not automatic.',

  told: '{body} is told.',
} as const

export type TraceCode = keyof typeof traceMessages

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never

/** What a message needs: the names between its braces. */
export type TraceParams<C extends TraceCode> = Readonly<
  Record<Names<(typeof traceMessages)[C]>, string | number>
>

/** One step of the reasoning; does not compile unless every argument of the message is given. */
export function step<C extends TraceCode>(at: TraceStep['step'], code: C, params: TraceParams<C>): TraceStep {
  return { step: at, code, params }
}

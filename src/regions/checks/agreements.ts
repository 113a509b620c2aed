import type { AgreementDocument, AgreementsDocument } from '../documents.ts'
import type { Path } from '../fault.ts'
import type { Documents } from '../snapshot.ts'
import { type Findings, repeats, shareDays, tellOf } from './finding.ts'
import type { Known } from './known.ts'

const tell = tellOf('agreements.yaml')
type StreetDocument = NonNullable<AgreementsDocument['boundaryStreets']>[number]

/** Names and dates, each agreement by itself. */
export function* checkAgreements(documents: Documents, known: Known): Findings {
  const { agreements = [], boundaryStreets = [] } = documents.agreements
  const all = [
    ...agreements.map(({ id }, index) => ({ id, path: ['agreements', index, 'id'] })),
    ...boundaryStreets.map(({ id }, index) => ({ id, path: ['boundaryStreets', index, 'id'] })),
  ]
  for (const { index, key } of repeats(all, ({ id }) => id)) {
    yield tell.error(all[index]?.path ?? [], `"${key}" is the id of two agreements`, 'Give each its own')
  }
  for (const [index, agreement] of agreements.entries()) {
    yield* checkAgreement(agreement, ['agreements', index], documents, known)
  }
  for (const [index, street] of boundaryStreets.entries()) {
    yield* checkStreet(street, ['boundaryStreets', index], documents, known)
  }
  yield* checkRivalStreets(boundaryStreets)
}

function* checkAgreement(
  agreement: AgreementDocument,
  path: Path,
  documents: Documents,
  known: Known,
): Findings {
  const { accountable, performer, areas = [], segments = [], hours = 'always' } = agreement
  yield* checkBodies({ accountable, performer }, path, known)
  yield* checkServiceCodes(agreement.services, path, known)
  yield* checkReferences('area', areas, [...path, 'areas'], known.areas)
  yield* checkReferences('road', segments, [...path, 'segments'], known.segments)
  yield* tell.dates(path, agreement)
  if (accountable === performer) {
    const mend = 'Name another performer, or remove the agreement'
    yield tell.error([...path, 'performer'], 'The accountable body performs it for itself', mend)
  }
  const holder = documents.jurisdictions.find(({ slug }) => slug === accountable)
  const neverCloses = holder?.hours === undefined || holder.hours === 'always'
  if (hours !== 'always' && holder && neverCloses) {
    const mend = 'Write its hours, or "always" here'
    yield tell.warning([...path, 'hours'], `${holder.name} keeps no hours: it never closes`, mend)
  }
}

function* checkStreet(street: StreetDocument, path: Path, { roads }: Documents, known: Known): Findings {
  const { lead, parts = [], segment } = street
  yield* checkReferences('road', [segment], [...path, 'segment'], known.segments)
  const drawn = roads.filter(({ properties }) => properties.id === segment)
  if (drawn.length > 0 && !drawn.some(({ properties: { left, right } }) => left && right)) {
    const mend = 'Write its left, right and lead in roads.geojson'
    yield tell.error([...path, 'segment'], `"${segment}" is no boundary street`, mend)
  }
  if ((lead === undefined) === (street.parts === undefined)) {
    yield tell.error(path, 'It needs either "lead" or "parts"', 'Write one of them')
  }
  const rise = parts.every(({ upTo }, index) => upTo > (parts[index - 1]?.upTo ?? 0))
  if (street.parts !== undefined && !(rise && parts.at(-1)?.upTo === 1)) {
    const mend = 'Let "upTo" rise from part to part, the last to 1'
    yield tell.error([...path, 'parts'], 'The parts do not cover the street', mend)
  }
  if (lead !== undefined) yield* checkBodies({ lead }, path, known)
  for (const [index, part] of parts.entries()) {
    yield* checkBodies({ lead: part.lead }, [...path, 'parts', index], known)
  }
  yield* checkServiceCodes(street.services, path, known)
  yield* tell.dates(path, street)
}

function* checkBodies(named: Readonly<Record<string, string>>, path: Path, known: Known): Findings {
  for (const [key, body] of Object.entries(named)) {
    if (!known.bodies.has(body)) {
      yield tell.unknown([...path, key], 'jurisdiction or partner', body, known.bodies)
    }
  }
}

function* checkServiceCodes(written: AgreementDocument['services'], path: Path, known: Known): Findings {
  if (!Array.isArray(written)) return
  yield* checkReferences('service', written, [...path, 'services'], new Set(known.services.keys()))
}

function* checkReferences(
  noun: string,
  ids: readonly string[],
  path: Path,
  known: ReadonlySet<string>,
): Findings {
  for (const [index, id] of ids.entries()) {
    if (!known.has(id)) yield tell.unknown([...path, index], noun, id, known)
  }
}

/** Two agreements that both say who leads on one street for one service at one time. */
function* checkRivalStreets(streets: readonly StreetDocument[]): Findings {
  for (const [index, street] of streets.entries()) {
    const rival = streets
      .slice(0, index)
      .find(
        other =>
          other.segment === street.segment &&
          shareDays(other, street) &&
          shareServices(other.services, street.services),
      )
    if (!rival) continue
    const message = `"${rival.id}" already says who leads on "${street.segment}"`
    yield tell.error(
      ['boundaryStreets', index],
      message,
      'End one before the other begins, or part their services',
    )
  }
}

function shareServices(a: AgreementDocument['services'], b: AgreementDocument['services']): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return true
  return a.some(code => b.includes(code))
}

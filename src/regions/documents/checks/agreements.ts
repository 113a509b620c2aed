import type { DocumentPath } from '../issue.ts'
import type { AgreementDocument, AgreementsDocument } from '../schemas/agreements.ts'
import type { Documents } from '../snapshot.ts'
import { duplicatesIn, type Issues, reporterOf, shareDays } from './issues.ts'
import type { KnownNames } from './known-names.ts'

const report = reporterOf('agreements.yaml')
type StreetDocument = NonNullable<AgreementsDocument['boundaryStreets']>[number]

export function* checkAgreements(documents: Documents, known: KnownNames): Issues {
  const { agreements = [], boundaryStreets = [] } = documents.agreements
  const all = [
    ...agreements.map(({ id }, index) => ({ id, path: ['agreements', index, 'id'] })),
    ...boundaryStreets.map(({ id }, index) => ({ id, path: ['boundaryStreets', index, 'id'] })),
  ]
  for (const { index, key } of duplicatesIn(all, ({ id }) => id)) {
    yield report.error(
      all[index]?.path ?? [],
      `Two agreements have the id "${key}"`,
      'Use a different id for each',
    )
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
  path: DocumentPath,
  documents: Documents,
  known: KnownNames,
): Issues {
  const { accountable, performer, areas = [], segments = [], hours = 'always' } = agreement
  yield* checkBodies({ accountable, performer }, path, known)
  yield* checkServiceCodes(agreement.services, path, known)
  yield* checkReferences('area', areas, [...path, 'areas'], known.areas)
  yield* checkReferences('road', segments, [...path, 'segments'], known.segments)
  yield* report.dates(path, agreement)
  if (accountable === performer) {
    const repair = 'Choose another performer, or remove the agreement'
    yield report.error(
      [...path, 'performer'],
      'The accountable jurisdiction and the performer are the same',
      repair,
    )
  }
  const holder = documents.jurisdictions.find(({ slug }) => slug === accountable)
  if (hours !== 'always' && holder && (holder.hours === undefined || holder.hours === 'always')) {
    const repair = 'Add its hours, or use "always" here'
    const message = holder.hours
      ? `${holder.name} never closes`
      : `The hours of ${holder.name} are not given, so it counts as always open`
    yield report.warning([...path, 'hours'], message, repair)
  }
}

function* checkStreet(
  street: StreetDocument,
  path: DocumentPath,
  { roads }: Documents,
  known: KnownNames,
): Issues {
  const { lead, parts = [], segment } = street
  yield* checkReferences('road', [segment], [...path, 'segment'], known.segments)
  const drawn = roads.filter(({ properties }) => properties.id === segment)
  if (drawn.length > 0 && !drawn.some(({ properties: { left, right } }) => left && right)) {
    const repair = 'Add left, right and lead in roads.geojson'
    yield report.error([...path, 'segment'], `"${segment}" is not a boundary street`, repair)
  }
  if ((lead === undefined) === (street.parts === undefined)) {
    yield report.error(path, '"lead" or "parts" is required', 'Add one of them')
  }
  const rise = parts.every(({ upTo }, index) => upTo > (parts[index - 1]?.upTo ?? 0))
  if (street.parts !== undefined && !(rise && parts.at(-1)?.upTo === 1)) {
    const repair = 'Increase "upTo" from part to part. The last must be 1'
    yield report.error([...path, 'parts'], 'The parts do not cover the street', repair)
  }
  if (lead !== undefined) yield* checkBodies({ lead }, path, known)
  for (const [index, part] of parts.entries()) {
    yield* checkBodies({ lead: part.lead }, [...path, 'parts', index], known)
  }
  yield* checkServiceCodes(street.services, path, known)
  yield* report.dates(path, street)
}

function* checkBodies(
  named: Readonly<Record<string, string>>,
  path: DocumentPath,
  known: KnownNames,
): Issues {
  for (const [key, body] of Object.entries(named)) {
    if (!known.bodies.has(body)) {
      yield report.unknown([...path, key], 'jurisdiction or partner', body, known.bodies)
    }
  }
}

function* checkServiceCodes(
  written: AgreementDocument['services'],
  path: DocumentPath,
  known: KnownNames,
): Issues {
  if (!Array.isArray(written)) return
  yield* checkReferences('service', written, [...path, 'services'], new Set(known.services.keys()))
}

function* checkReferences(
  noun: string,
  ids: readonly string[],
  path: DocumentPath,
  known: ReadonlySet<string>,
): Issues {
  for (const [index, id] of ids.entries()) {
    if (!known.has(id)) yield report.unknown([...path, index], noun, id, known)
  }
}

function* checkRivalStreets(streets: readonly StreetDocument[]): Issues {
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
    const message = `"${rival.id}" already covers "${street.segment}"`
    yield report.error(
      ['boundaryStreets', index],
      message,
      'End one before the other starts, or give them different services',
    )
  }
}

function shareServices(a: AgreementDocument['services'], b: AgreementDocument['services']): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return true
  return a.some(code => b.includes(code))
}

import { daysOf, minutesOf } from '../calendar.ts'
import type { Hours } from '../documents.ts'
import type { Finding, Path } from '../fault.ts'
import { layersOf } from '../offers.ts'
import type { Documents, Jurisdiction } from '../snapshot.ts'
import { checkDates, error, repeats, unknown, warning } from './finding.ts'
import { assets, type Known } from './known.ts'
import { checkContrast } from './region.ts'
import { checkQuestions } from './services.ts'

export function checkJurisdictions({ jurisdictions }: Documents, known: Known): Finding[] {
  return [
    ...repeats(jurisdictions, ({ code }) => code).map(({ index, first, key }) => {
      const [own, other] = [jurisdictions[index]?.slug, jurisdictions[first]?.slug]
      return error(
        `${own}/jurisdiction.yaml`,
        ['code'],
        `"${key}" is the code of ${other}`,
        'Choose another: tracking numbers begin with it',
      )
    }),
    ...jurisdictions.flatMap(jurisdiction => checkJurisdiction(jurisdiction, known)),
  ]
}

function checkJurisdiction(jurisdiction: Jurisdiction, known: Known): Finding[] {
  const { slug, afterHoursDesk, offers, services = {}, brand, hours, holidays } = jurisdiction
  const file = `${slug}/jurisdiction.yaml`
  const offered = offers === undefined || offers === 'all' ? undefined : offers
  return [
    ...checkDates(file, [], jurisdiction),
    ...checkDesk(file, slug, afterHoursDesk, known),
    ...layersOf(jurisdiction)
      .filter(layer => layer.startsWith('asset:'))
      .map(layer =>
        error(
          file,
          ['layers'],
          `"${layer}" is no layer of a jurisdiction`,
          `Assets have owners: name ${slug} as the owner in roads.geojson`,
        ),
      ),
    ...(offered ?? []).flatMap((code, index) =>
      known.services.has(code)
        ? checkOffer(file, ['offers', index], jurisdiction, code, known)
        : [unknown(file, ['offers', index], 'service', code, known.services.keys())],
    ),
    ...Object.entries(services).flatMap(([code, own]) => {
      const path = ['services', code]
      if (!known.services.has(code)) return [unknown(file, path, 'service', code, known.services.keys())]
      const idle = offered && !offered.includes(code)
      return [
        ...(idle
          ? [warning(file, path, `${slug} does not offer "${code}"`, 'Add it to "offers", or remove it here')]
          : []),
        ...checkQuestions(file, [...path, 'questions'], own.questions ?? []),
      ]
    }),
    ...(brand ? checkContrast(file, ['brand', 'primary'], brand.primary) : []),
    ...(hours && hours !== 'always' ? checkHours(file, hours) : []),
    ...repeats(holidays ?? [], ({ date }) => date).map(({ index, key }) =>
      error(file, ['holidays', index], `${key} is a holiday twice`, 'Name it once'),
    ),
  ]
}

function checkDesk(file: string, slug: string, desk: string | undefined, known: Known): Finding[] {
  if (desk === undefined) return []
  if (desk === slug)
    return [
      error(file, ['afterHoursDesk'], 'It cannot take its own calls while it is closed', 'Name another body'),
    ]
  return known.bodies.has(desk)
    ? []
    : [unknown(file, ['afterHoursDesk'], 'jurisdiction or partner', desk, known.bodies)]
}

function checkOffer(
  file: string,
  path: Path,
  jurisdiction: Jurisdiction,
  code: string,
  known: Known,
): Finding[] {
  const own = layersOf(jurisdiction)
  const reachable = known.services.get(code)?.layers.some(layer => own.includes(layer) || assets.has(layer))
  if (reachable) return []
  return [
    warning(
      file,
      path,
      `No place leads to it for "${code}", which is decided by other layers`,
      'Remove it, or add a layer',
    ),
  ]
}

function checkHours(file: string, hours: Exclude<Hours, 'always'>): Finding[] {
  const days = Object.keys(hours).flatMap(key => daysOf(key).map(day => ({ key, day })))
  const spans = Object.values(hours).flat()
  return [
    ...(spans.length === 0
      ? [error(file, ['hours'], 'It never opens', 'Write when it does, or leave "hours" out')]
      : []),
    ...repeats(days, ({ day }) => String(day)).map(({ index }) => {
      const key = days[index]?.key ?? ''
      return error(file, ['hours', key], `"${key}" has a day that is named before`, 'Name each day once')
    }),
    ...Object.entries(hours).flatMap(([key, written]) => checkSpans(file, ['hours', key], [written].flat())),
  ]
}

function checkSpans(file: string, path: Path, spans: readonly string[]): Finding[] {
  const inOrder = spans.map(minutesOf).sort((a, b) => a[0] - b[0])
  const backwards = inOrder.some(([opens, closes]) => opens >= closes || closes > 24 * 60)
  const overlapping = inOrder.some(([opens], index) => index > 0 && opens < (inOrder[index - 1]?.[1] ?? 0))
  if (backwards) {
    return [
      error(
        file,
        path,
        'It closes before it opens',
        'Write a night as two: until "24:00", and from "00:00" on the next day',
      ),
    ]
  }
  return overlapping ? [error(file, path, 'Two of its spans overlap', 'Write them as one')] : []
}

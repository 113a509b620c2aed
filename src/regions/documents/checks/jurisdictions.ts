import { daysOf, minutesOf } from '../../runtime/calendar.ts'
import { layersOf } from '../../runtime/offers.ts'
import type { DocumentPath } from '../issue.ts'
import type { Hours } from '../schemas/values.ts'
import type { Documents, Jurisdiction } from '../snapshot.ts'
import { checkSecret, duplicatesIn, type Issues, reporterOf } from './issues.ts'
import { assets, type KnownNames } from './known-names.ts'
import { checkContrast } from './region.ts'
import { checkQuestions } from './services.ts'

type Report = ReturnType<typeof reporterOf>

export function* checkJurisdictions(region: string, { jurisdictions }: Documents, known: KnownNames): Issues {
  for (const { index, first, key } of duplicatesIn(jurisdictions, ({ code }) => code)) {
    const report = reporterOf(`${jurisdictions[index]?.slug}/jurisdiction.yaml`)
    const repair = 'Choose another code. Tracking numbers start with it'
    yield report.error(['code'], `${jurisdictions[first]?.slug} already has the code "${key}"`, repair)
  }
  for (const jurisdiction of jurisdictions) {
    yield* checkJurisdiction(jurisdiction, known)
    yield* checkSignIn(region, jurisdiction, known)
    yield* checkAccepted(jurisdiction, jurisdictions, known)
  }
}

function* checkJurisdiction(jurisdiction: Jurisdiction, known: KnownNames): Issues {
  const { slug, brand, hours, holidays } = jurisdiction
  const report = reporterOf(`${slug}/jurisdiction.yaml`)
  yield* report.dates([], jurisdiction)
  yield* checkDesk(report, jurisdiction, known)
  for (const layer of layersOf(jurisdiction).filter(layer => layer.startsWith('asset:'))) {
    const repair = `Set ${slug} as the owner in roads.geojson`
    yield report.error(['layers'], `A jurisdiction cannot have the layer "${layer}"`, repair)
  }
  yield* checkOffers(report, jurisdiction, known)
  yield* checkDeclines(report, jurisdiction, known)
  yield* checkOwnServices(report, jurisdiction, known)
  if (brand) yield* checkContrast(report, ['brand', 'primary'], brand.primary)
  if (hours && hours !== 'always') yield* checkHours(report, hours)
  for (const { index, key } of duplicatesIn(holidays ?? [], ({ date }) => date)) {
    yield report.error(['holidays', index], `${key} is listed twice`, 'List it once')
  }
}

function* checkDesk(report: Report, { slug, afterHoursDesk: desk }: Jurisdiction, known: KnownNames): Issues {
  const path = ['afterHoursDesk']
  if (desk === slug) {
    yield report.error(path, 'It cannot answer while it is closed', 'Choose another jurisdiction or partner')
  } else if (desk !== undefined && !known.bodies.has(desk)) {
    yield report.unknown(path, 'jurisdiction or partner', desk, known.bodies)
  }
}

function* checkOffers(report: Report, jurisdiction: Jurisdiction, known: KnownNames): Issues {
  if (!Array.isArray(jurisdiction.offers)) return
  const own = layersOf(jurisdiction)
  for (const [index, code] of jurisdiction.offers.entries()) {
    const service = known.services.get(code)
    if (service === undefined) {
      yield report.unknown(['offers', index], 'service', code, known.services.keys())
    } else if (!service.layers.some(layer => own.includes(layer) || assets.has(layer))) {
      const message = `No location routes "${code}" to it, because other layers decide`
      yield report.warning(['offers', index], message, 'Remove it, or add a layer')
    }
  }
}

function* checkDeclines(
  report: Report,
  { slug, offers, declines = {} }: Jurisdiction,
  known: KnownNames,
): Issues {
  for (const [code, { servedBy }] of Object.entries(declines)) {
    const path = ['declines', code]
    if (!known.services.has(code)) yield report.unknown(path, 'service', code, known.services.keys())
    else if (Array.isArray(offers) && offers.includes(code)) {
      yield report.error(path, `${slug} both offers and declines "${code}"`, 'Remove one of the two')
    }
    if (servedBy === slug) {
      const message = `${slug} cannot serve what it declines`
      yield report.error([...path, 'servedBy'], message, 'Choose another, or "nobody"')
    } else if (servedBy !== 'nobody' && !known.bodies.has(servedBy)) {
      yield report.unknown([...path, 'servedBy'], 'jurisdiction or partner', servedBy, known.bodies)
    }
  }
}

function* checkOwnServices(
  report: Report,
  { slug, offers, declines = {}, services = {} }: Jurisdiction,
  known: KnownNames,
): Issues {
  for (const [code, own] of Object.entries(services)) {
    const path = ['services', code]
    if (!known.services.has(code)) yield report.unknown(path, 'service', code, known.services.keys())
    else if (declines[code] !== undefined || (Array.isArray(offers) && !offers.includes(code))) {
      yield report.warning(path, `${slug} does not offer "${code}"`, 'Add it to "offers", or remove it here')
    }
    yield* checkQuestions(`${slug}/jurisdiction.yaml`, [...path, 'questions'], own.questions ?? [])
  }
}

function* checkSignIn(region: string, { slug, signIn }: Jurisdiction, known: KnownNames): Issues {
  if (signIn === undefined) return
  const report = reporterOf(`${slug}/jurisdiction.yaml`)
  const owner = { purpose: 'OIDC', region, body: slug } as const
  yield* checkSecret(report, ['signIn', 'clientSecret'], owner, signIn.clientSecret)
  if (signIn.issuer.startsWith('http:')) {
    const message = 'Sign-in over plain http is not secure'
    yield report.warning(['signIn', 'issuer'], message, 'Use https://, except for a test on one computer')
  }
  for (const [value, codes] of Object.entries(signIn.services ?? {})) {
    const path = ['signIn', 'services', value]
    if (signIn.roles[value] === undefined) {
      yield report.error(path, `"${value}" has no role to limit`, 'Add it to "roles" too')
    }
    for (const [index, code] of codes.entries()) {
      if (!known.services.has(code))
        yield report.unknown([...path, index], 'service', code, known.services.keys())
    }
  }
}

function* checkAccepted(
  { slug, acceptSignInsFrom = [] }: Jurisdiction,
  all: readonly Jurisdiction[],
  known: KnownNames,
): Issues {
  const report = reporterOf(`${slug}/jurisdiction.yaml`)
  for (const [index, other] of acceptSignInsFrom.entries()) {
    const path = ['acceptSignInsFrom', index]
    if (!known.jurisdictions.has(other)) {
      yield report.unknown(path, 'jurisdiction', other, known.jurisdictions)
    } else if (other === slug) {
      yield report.warning(path, 'Its own sign-ins are always accepted', 'Remove it')
    } else if (all.find(one => one.slug === other)?.signIn === undefined) {
      yield report.warning(path, `${other} has no sign-in provider`, 'Remove it')
    }
  }
}

function* checkHours(report: Report, hours: Exclude<Hours, 'always'>): Issues {
  const days = Object.keys(hours).flatMap(key => daysOf(key).map(day => ({ key, day })))
  if (Object.values(hours).flat().length === 0) {
    yield report.error(['hours'], 'It never opens', 'Add opening hours, or remove "hours"')
  }
  for (const { index } of duplicatesIn(days, ({ day }) => String(day))) {
    const key = days[index]?.key ?? ''
    yield report.error(['hours', key], `"${key}" has a day that is listed before`, 'List each day once')
  }
  for (const [key, written] of Object.entries(hours))
    yield* checkSpans(report, ['hours', key], [written].flat())
}

function* checkSpans(report: Report, path: DocumentPath, spans: readonly string[]): Issues {
  const inOrder = spans.map(minutesOf).sort((a, b) => a[0] - b[0])
  if (inOrder.some(([opens, closes]) => opens >= closes || closes > 24 * 60)) {
    const repair = 'Split the night in two: until "24:00", and from "00:00" on the next day'
    yield report.error(path, 'It closes before it opens', repair)
  } else if (inOrder.some(([opens], index) => index > 0 && opens < (inOrder[index - 1]?.[1] ?? 0))) {
    yield report.error(path, 'Two time spans overlap', 'Combine them')
  }
}

import { daysOf, minutesOf } from '../calendar.ts'
import type { Hours } from '../document-values.ts'
import type { Path } from '../fault.ts'
import { layersOf } from '../offers.ts'
import type { Documents, Jurisdiction } from '../snapshot.ts'
import { type Findings, repeats, tellOf } from './finding.ts'
import { assets, type Known } from './known.ts'
import { checkContrast } from './region.ts'
import { checkQuestions } from './services.ts'

type Tell = ReturnType<typeof tellOf>

export function* checkJurisdictions({ jurisdictions }: Documents, known: Known): Findings {
  for (const { index, first, key } of repeats(jurisdictions, ({ code }) => code)) {
    const tell = tellOf(`${jurisdictions[index]?.slug}/jurisdiction.yaml`)
    const mend = 'Choose another: tracking numbers begin with it'
    yield tell.error(['code'], `"${key}" is the code of ${jurisdictions[first]?.slug}`, mend)
  }
  for (const jurisdiction of jurisdictions) yield* checkJurisdiction(jurisdiction, known)
}

function* checkJurisdiction(jurisdiction: Jurisdiction, known: Known): Findings {
  const { slug, brand, hours, holidays } = jurisdiction
  const tell = tellOf(`${slug}/jurisdiction.yaml`)
  yield* tell.dates([], jurisdiction)
  yield* checkDesk(tell, jurisdiction, known)
  for (const layer of layersOf(jurisdiction).filter(layer => layer.startsWith('asset:'))) {
    const mend = `Assets have owners: name ${slug} as the owner in roads.geojson`
    yield tell.error(['layers'], `"${layer}" is no layer of a jurisdiction`, mend)
  }
  yield* checkOffers(tell, jurisdiction, known)
  yield* checkOwnServices(tell, jurisdiction, known)
  yield* checkSignIn(tell, jurisdiction, known)
  if (brand) yield* checkContrast(tell, ['brand', 'primary'], brand.primary)
  if (hours && hours !== 'always') yield* checkHours(tell, hours)
  for (const { index, key } of repeats(holidays ?? [], ({ date }) => date)) {
    yield tell.error(['holidays', index], `${key} is a holiday twice`, 'Name it once')
  }
}

function* checkDesk(tell: Tell, { slug, afterHoursDesk: desk }: Jurisdiction, known: Known): Findings {
  const path = ['afterHoursDesk']
  if (desk === slug) {
    yield tell.error(path, 'It cannot take its own calls while it is closed', 'Name another body')
  } else if (desk !== undefined && !known.bodies.has(desk)) {
    yield tell.unknown(path, 'jurisdiction or partner', desk, known.bodies)
  }
}

function* checkOffers(tell: Tell, jurisdiction: Jurisdiction, known: Known): Findings {
  if (!Array.isArray(jurisdiction.offers)) return
  const own = layersOf(jurisdiction)
  for (const [index, code] of jurisdiction.offers.entries()) {
    const service = known.services.get(code)
    if (service === undefined) {
      yield tell.unknown(['offers', index], 'service', code, known.services.keys())
    } else if (!service.layers.some(layer => own.includes(layer) || assets.has(layer))) {
      const message = `No place leads to it for "${code}", which is decided by other layers`
      yield tell.warning(['offers', index], message, 'Remove it, or add a layer')
    }
  }
}

function* checkOwnServices(
  tell: Tell,
  { slug, offers, services = {} }: Jurisdiction,
  known: Known,
): Findings {
  for (const [code, own] of Object.entries(services)) {
    const path = ['services', code]
    if (!known.services.has(code)) yield tell.unknown(path, 'service', code, known.services.keys())
    else if (Array.isArray(offers) && !offers.includes(code)) {
      yield tell.warning(path, `${slug} does not offer "${code}"`, 'Add it to "offers", or remove it here')
    }
    yield* checkQuestions(`${slug}/jurisdiction.yaml`, [...path, 'questions'], own.questions ?? [])
  }
}

function* checkSignIn(tell: Tell, { signIn }: Jurisdiction, known: Known): Findings {
  if (signIn === undefined) return
  if (signIn.issuer.startsWith('http:')) {
    const message = 'What is signed in by plain http can be read and changed on its way'
    yield tell.warning(
      ['signIn', 'issuer'],
      message,
      'Begin it with https://, but for a trial on one machine',
    )
  }
  for (const [value, codes] of Object.entries(signIn.services ?? {})) {
    const path = ['signIn', 'services', value]
    if (signIn.roles[value] === undefined) {
      yield tell.error(path, `"${value}" has no role that could be limited`, 'Name it in "roles" too')
    }
    for (const [index, code] of codes.entries()) {
      if (!known.services.has(code))
        yield tell.unknown([...path, index], 'service', code, known.services.keys())
    }
  }
}

function* checkHours(tell: Tell, hours: Exclude<Hours, 'always'>): Findings {
  const days = Object.keys(hours).flatMap(key => daysOf(key).map(day => ({ key, day })))
  if (Object.values(hours).flat().length === 0) {
    yield tell.error(['hours'], 'It never opens', 'Write when it does, or leave "hours" out')
  }
  for (const { index } of repeats(days, ({ day }) => String(day))) {
    const key = days[index]?.key ?? ''
    yield tell.error(['hours', key], `"${key}" has a day that is named before`, 'Name each day once')
  }
  for (const [key, written] of Object.entries(hours))
    yield* checkSpans(tell, ['hours', key], [written].flat())
}

function* checkSpans(tell: Tell, path: Path, spans: readonly string[]): Findings {
  const inOrder = spans.map(minutesOf).sort((a, b) => a[0] - b[0])
  if (inOrder.some(([opens, closes]) => opens >= closes || closes > 24 * 60)) {
    const mend = 'Write a night as two: until "24:00", and from "00:00" on the next day'
    yield tell.error(path, 'It closes before it opens', mend)
  } else if (inOrder.some(([opens], index) => index > 0 && opens < (inOrder[index - 1]?.[1] ?? 0))) {
    yield tell.error(path, 'Two of its spans overlap', 'Write them as one')
  }
}

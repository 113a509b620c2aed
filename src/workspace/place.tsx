import { asProblem } from '../core/problem.ts'
import { type Corrected, relocate } from '../handoffs/relocate.ts'
import { readPlace } from '../regions/inquiry.ts'
import { explain } from '../routing/explain.ts'
import { sayStep } from '../routing/say.ts'
import { BackLink, Empty } from '../web/components.tsx'
import { FaultSummary, TextField, titled } from '../web/fields.tsx'
import { Icon } from '../web/icon.tsx'
import { type View, viewOf } from '../web/view.ts'
import {
  ActForm,
  type Again,
  againFor,
  badField,
  Refused,
  readSent,
  type Sent,
  statusOf,
  wordsOf,
} from './form.tsx'
import { done, requestPath, StaffPage } from './frame.tsx'
import { bodyName, serviceLabel } from './names.ts'
import { type ChangeOffice, openToAct, type PageContext } from './office.ts'
import { Where } from './request-parts.tsx'
import { readWhole } from './whole.ts'

/* Moving a request's pin (S9): find the place, read what follows from it, then confirm. */

const FOUND = 8

/** A place as it is on its way from the search to the confirmation. */
interface Wish {
  readonly lat: string
  readonly long: string
  readonly address: string
}

export async function placePage(c: PageContext) {
  const office = await openToAct(c, 'change', { request: c.req.param('id') })
  return showPlace(c, office, undefined)
}

export async function movePin(c: PageContext): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const office = await openToAct(c, 'change', { request: id })
  const view = viewOf(c)
  const sent = await readSent(c, 'place')
  try {
    await move(c, office, id, sent, false)
    return done(c, view, requestPath(office, id), 'place')
  } catch (error) {
    return showPlace(c, office, againFor(view, sent, error))
  }
}

async function move(c: PageContext, { db }: ChangeOffice, id: string, sent: Sent, dryRun: boolean) {
  const { region } = c.get('site')
  const { place, faults } = readPlace(sent.one('lat'), sent.one('long'), region.routing.atlas)
  const [fault] = faults
  if (fault !== undefined) throw badField(fault.field, fault.code, fault.params)
  if (place === null) throw badField('lat', 'required')
  return relocate(c.get('platform'), db, region, {
    request: id,
    place,
    address: wordsOf(sent, 'address', 500) || null,
    at: undefined,
    version: sent.version,
    dryRun,
    idempotencyKey: sent.key,
  })
}

async function showPlace(c: PageContext, office: ChangeOffice, refused: Again | undefined) {
  const view = viewOf(c)
  const { t, site } = view
  const whole = await readWhole(c)
  const { request } = whole
  const asked = { q: one(c, 'q'), lat: one(c, 'lat'), long: one(c, 'long'), address: one(c, 'address') }
  const tried = refused ?? (await tryOut(c, office, request.version, asked))
  const again = 'sent' in tried ? tried : undefined
  const faults = again?.faults ?? []
  const found = asked.q === '' ? [] : site.region.searchPlaces(asked.q, FOUND)
  const path = requestPath(office, request.id)
  const title = t('work-move-pin')
  return c.html(
    <StaffPage {...{ c, view, office }} me={whole.me} section="requests" title={titled(view, title, faults)}>
      <BackLink href={view.href(path)}>{t('work-back', { number: request.id })}</BackLink>
      <FaultSummary view={view} faults={faults} />
      <Refused view={view} again={again} />
      <h1>
        <span class="kicker">
          {request.id} ·{' '}
          {serviceLabel(view, office.jurisdiction.slug, request.serviceCode, request.serviceName)}
        </span>
        {title}
      </h1>
      {'moved' in tried && tried.moved && (
        <Preview {...{ c, view, asked, path }} moved={tried.moved} version={request.version} />
      )}
      <div class="work__halves">
        <section aria-labelledby="now">
          <h2 id="now">{t('work-place-now')}</h2>
          <Where view={view} place={request} />
        </section>
        <section aria-labelledby="find">
          <h2 id="find">{t('work-place-find')}</h2>
          <form action={view.href(`${path}/place`)}>
            <TextField
              view={view}
              name="q"
              type="search"
              label={t('work-place-search')}
              value={asked.q}
              faults={[]}
            />
            <button class="usa-button usa-button--outline" type="submit">
              {t('work-place-look')}
            </button>
          </form>
          <FoundPlaces {...{ view, path, found }} typed={asked.q} />
          <h3>{t('work-place-position')}</h3>
          <form action={view.href(`${path}/place`)} novalidate>
            {(['lat', 'long'] as const).map(name => (
              <TextField
                {...{ view, faults }}
                name={`place.${name}`}
                label={t(`work-field-${name}`)}
                inputmode="decimal"
                value={asked[name]}
              />
            ))}
            <TextField
              {...{ view, faults }}
              name="place.address"
              label={t('field-address')}
              required={false}
              value={asked.address}
            />
            <button class="usa-button usa-button--outline" type="submit">
              {t('work-place-try')}
            </button>
          </form>
        </section>
      </div>
    </StaffPage>,
    again === undefined ? 200 : statusOf(again),
  )
}

function one(c: PageContext, name: string): string {
  return (c.req.query(`place.${name}`) ?? c.req.query(name) ?? '').trim().slice(0, 500)
}

/** What would follow from the place that the address of the page names; nothing is changed. */
async function tryOut(
  c: PageContext,
  office: ChangeOffice,
  version: number,
  asked: Wish,
): Promise<Again | { moved: Corrected | undefined }> {
  if (asked.lat === '' && asked.long === '') return { moved: undefined }
  const field = (name: string) => (name === 'lat' || name === 'long' || name === 'address' ? asked[name] : '')
  const sent: Sent = { act: 'place', one: field, all: () => [], key: undefined, version }
  try {
    return { moved: await move(c, office, c.req.param('id') ?? '', sent, true) }
  } catch (error) {
    if (asProblem(error).slug === 'not-found') throw error
    return againFor(viewOf(c), sent, error)
  }
}

interface FoundProps {
  view: View
  path: string
  typed: string
  found: readonly { readonly label: string; readonly lat: number; readonly long: number }[]
}

function FoundPlaces({ view, path, typed, found }: FoundProps) {
  if (typed === '') return null
  if (found.length === 0) {
    return (
      <Empty>
        <p>{view.t('work-place-none')}</p>
      </Empty>
    )
  }
  return (
    <ul class="choices">
      {found.map(({ label, lat, long }) => {
        const query = new URLSearchParams({ q: typed, lat: String(lat), long: String(long), address: label })
        return (
          <li>
            <a class="choice" href={view.href(`${path}/place?${query}`)}>
              <span class="choice__name">{label}</span>
              <Icon name="navigate_next" />
            </a>
          </li>
        )
      })}
    </ul>
  )
}

interface PreviewProps {
  c: PageContext
  view: View
  asked: Wish
  path: string
  moved: Corrected
  version: number
}

/** What changes and why, and the press that does it. */
function Preview({ c, view, asked, path, moved, version }: PreviewProps) {
  const { t, site } = view
  const { before, after, changed, due } = moved
  const reason = sayStep(t, explain(after))
  const to = after.accountable.kind === 'none' ? after.desk.name : after.accountable.name
  const from = before.accountable.kind === 'none' ? before.desk.name : before.accountable.name
  return (
    <section class="handles" aria-labelledby="preview">
      <h2 id="preview" class="handles__title">
        {t('work-place-new')}
      </h2>
      <p class="handles__name">
        {asked.address || `${Number(asked.lat).toFixed(5)}, ${Number(asked.long).toFixed(5)}`}
      </p>
      <p>
        {changed ? t('place-difference', { from, to, reason }) : t('work-place-same', { name: to, reason })}
      </p>
      {due !== null && <p>{t('work-place-due', { name: bodyName(site.region, due.receiver) })}</p>}
      <ActForm {...{ c, view, version }} action={`${path}/place`}>
        {(['lat', 'long', 'address'] as const).map(name => (
          <input type="hidden" name={`place.${name}`} value={asked[name]} />
        ))}
        <button class="usa-button" type="submit">
          {t('work-place-go')}
        </button>
      </ActForm>
    </section>
  )
}

import { asProblem } from '../../core/problem.ts'
import { cleanLine } from '../../core/text.ts'
import { type Corrected, relocate } from '../../handoffs/relocate.ts'
import { type PlaceSearch, searchPlaces } from '../../places/find.ts'
import { readPlace } from '../../regions/inquiry.ts'
import { bodyName } from '../../regions/runtime/names.ts'
import { explain } from '../../routing/explain.ts'
import { formatStep } from '../../routing/format.ts'
import { BackLink, Empty } from '../../web/components/components.tsx'
import { ErrorSummary, TextField, titled } from '../../web/components/fields.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { authorizeStaff, type ChangeContext, type StaffPageContext } from '../shell/context.ts'
import {
  ActionForm,
  type FormState,
  fieldError,
  formStateFor,
  Refused,
  readSubmitted,
  type SubmittedForm,
  statusOf,
  textOf,
} from '../shell/form.tsx'
import { done, requestPath, StaffPage } from '../shell/frame.tsx'
import { serviceLabel } from '../shell/names.ts'
import { readWholeRequest } from './read.ts'
import { RequestPlace } from './request-parts.tsx'

const FOUND = 8

interface Input {
  readonly lat: string
  readonly long: string
  readonly address: string
}

export async function placePage(c: StaffPageContext) {
  const context = await authorizeStaff(c, 'change', { request: c.req.param('id') })
  return showPlace(c, context, undefined)
}

export async function movePin(c: StaffPageContext): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const context = await authorizeStaff(c, 'change', { request: id })
  const view = viewOf(c)
  const sent = await readSubmitted(c, 'place')
  try {
    await move(c, context, id, sent, false)
    return done(c, view, requestPath(context, id), 'place')
  } catch (error) {
    return showPlace(c, context, formStateFor(view, sent, error))
  }
}

async function move(
  c: StaffPageContext,
  { db }: ChangeContext,
  id: string,
  sent: SubmittedForm,
  dryRun: boolean,
) {
  const { region } = c.get('site')
  const { place, errors } = readPlace(sent.one('lat'), sent.one('long'), region.routing.atlas)
  const [error] = errors
  if (error !== undefined) throw fieldError(error.field, error.code, error.params)
  if (place === null) throw fieldError('lat', 'required')
  return relocate(c.get('platform'), db, region, {
    request: id,
    place,
    address: textOf(sent, 'address', 500) || null,
    at: undefined,
    version: sent.version,
    dryRun,
    idempotencyKey: sent.key,
  })
}

async function showPlace(c: StaffPageContext, context: ChangeContext, refused: FormState | undefined) {
  const view = viewOf(c)
  const { t, site } = view
  const whole = await readWholeRequest(c)
  const { request } = whole
  const input = { q: one(c, 'q'), lat: one(c, 'lat'), long: one(c, 'long'), address: one(c, 'address') }
  const tried = refused ?? (await tryOut(c, context, request.version, input))
  const formState = 'sent' in tried ? tried : undefined
  const errors = formState?.errors ?? []
  const search =
    input.q === ''
      ? undefined
      : await searchPlaces(c.get('platform'), site.region, { text: input.q, limit: FOUND })
  const path = requestPath(context, request.id)
  const title = t('work-move-pin')
  return c.html(
    <StaffPage {...{ c, view, context }} me={whole.me} section="requests" title={titled(view, title, errors)}>
      <BackLink href={view.href(path)}>{t('work-back', { number: request.id })}</BackLink>
      <ErrorSummary view={view} errors={errors} />
      <Refused view={view} formState={formState} />
      <h1>
        <span class="kicker">
          {request.id} ·{' '}
          {serviceLabel(view, context.jurisdiction.slug, request.serviceCode, request.serviceName)}
        </span>
        {title}
      </h1>
      {'moved' in tried && tried.moved && (
        <Preview {...{ c, view, input, path }} moved={tried.moved} version={request.version} />
      )}
      <div class="work__halves">
        <section aria-labelledby="now">
          <h2 id="now">{t('work-place-now')}</h2>
          <RequestPlace view={view} place={request} />
        </section>
        <section aria-labelledby="find">
          <h2 id="find">{t('work-place-find')}</h2>
          <form action={view.href(`${path}/place`)}>
            <TextField
              view={view}
              name="q"
              type="search"
              label={t('work-place-search')}
              value={input.q}
              errors={[]}
            />
            <button class="usa-button usa-button--outline" type="submit">
              {t('work-place-look')}
            </button>
          </form>
          {search && <FoundPlaces {...{ view, path, search }} typed={input.q} />}
          <h3>{t('work-place-position')}</h3>
          <form action={view.href(`${path}/place`)} novalidate>
            {(['lat', 'long'] as const).map(name => (
              <TextField
                {...{ view, errors }}
                name={`place.${name}`}
                label={t(`work-field-${name}`)}
                inputmode="decimal"
                value={input[name]}
              />
            ))}
            <TextField
              {...{ view, errors }}
              name="place.address"
              label={t('field-address')}
              required={false}
              value={input.address}
            />
            <button class="usa-button usa-button--outline" type="submit">
              {t('work-place-try')}
            </button>
          </form>
        </section>
      </div>
    </StaffPage>,
    formState === undefined ? 200 : statusOf(formState),
  )
}

function one(c: StaffPageContext, name: string): string {
  return cleanLine(c.req.query(`place.${name}`) ?? c.req.query(name) ?? '').slice(0, 500)
}

async function tryOut(
  c: StaffPageContext,
  context: ChangeContext,
  version: number,
  input: Input,
): Promise<FormState | { moved: Corrected | undefined }> {
  if (input.lat === '' && input.long === '') return { moved: undefined }
  const field = (name: string) => (name === 'lat' || name === 'long' || name === 'address' ? input[name] : '')
  const sent: SubmittedForm = { action: 'place', one: field, all: () => [], key: undefined, version }
  try {
    return { moved: await move(c, context, c.req.param('id') ?? '', sent, true) }
  } catch (error) {
    if (asProblem(error).slug === 'not-found') throw error
    return formStateFor(viewOf(c), sent, error)
  }
}

interface FoundProps {
  view: PageView
  path: string
  typed: string
  search: PlaceSearch
}

function FoundPlaces({ view, path, typed, search: { places, addressesLoaded } }: FoundProps) {
  if (places.length === 0) {
    return (
      <Empty>
        <p>{view.t(addressesLoaded ? 'work-place-none' : 'work-place-not-loaded')}</p>
      </Empty>
    )
  }
  return (
    <ul class="choices">
      {places.map(({ label, lat, long }) => {
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
  c: StaffPageContext
  view: PageView
  input: Input
  path: string
  moved: Corrected
  version: number
}

function Preview({ c, view, input, path, moved, version }: PreviewProps) {
  const { t, site } = view
  const { before, after, changed, due } = moved
  const reason = formatStep(t, view.units, explain(after))
  const to = after.accountable.kind === 'none' ? after.desk.name : after.accountable.name
  const from = before.accountable.kind === 'none' ? before.desk.name : before.accountable.name
  return (
    <section class="handles" aria-labelledby="preview">
      <h2 id="preview" class="handles__title">
        {t('work-place-new')}
      </h2>
      <p class="handles__name">
        {input.address || `${Number(input.lat).toFixed(5)}, ${Number(input.long).toFixed(5)}`}
      </p>
      <p>
        {changed ? t('place-difference', { from, to, reason }) : t('work-place-same', { name: to, reason })}
      </p>
      {due !== null && <p>{t('work-place-due', { name: bodyName(site.region, due.receiver) })}</p>}
      <ActionForm {...{ c, view, version }} action={`${path}/place`}>
        {(['lat', 'long', 'address'] as const).map(name => (
          <input type="hidden" name={`place.${name}`} value={input[name]} />
        ))}
        <button class="usa-button" type="submit">
          {t('work-place-go')}
        </button>
      </ActionForm>
    </section>
  )
}

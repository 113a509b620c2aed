import type { Context } from 'hono'
import { publicAccess } from '../../core/access.ts'
import { openPublicTenant } from '../../core/database/handles.ts'
import { MAX_BODY_BYTES } from '../../core/http/body.ts'
import { randomText } from '../../core/ids.ts'
import { asProblem, type FieldError, problem } from '../../core/problem.ts'
import { isLongerThan } from '../../core/text.ts'
import { emergenciesOfComplaint } from '../../handoffs/after-closing/complaint.ts'
import { isRated, rate } from '../../handoffs/after-closing/rate.ts'
import { closedAt, isReopeningAsked, reopen, reopenableUntil } from '../../handoffs/after-closing/reopen.ts'
import { addressOf } from '../../identity/limits.ts'
import type { EmergencyTopic } from '../../regions/emergencies/topics.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { scores } from '../../requests/case/rating.ts'
import type { PublicCase } from '../../requests/list/find.ts'
import { MAX_PHOTO_BYTES } from '../../requests/media/photo.ts'
import { uploaderOf } from '../../requests/media/uploads.ts'
import { Alert, Until } from '../../web/components/components.tsx'
import { EmergencyWatch } from '../../web/components/emergency.tsx'
import {
  ErrorSummary,
  type FieldMessage,
  fieldMessage,
  TextArea,
  titled,
} from '../../web/components/fields.tsx'
import { Page } from '../../web/components/layout.tsx'
import { readForm, readOnce } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { EmergencyPage } from '../report/emergency.tsx'
import { PhotoField } from '../report/photos.tsx'
import { SentPhotos } from '../report/sent-photos.ts'
import { isHidden, type ReadCase, readCase } from './reader.ts'

/* What a resident can say of a closed case. */

const MAX_TEXT = 2000
const MAX_PHOTOS = 5

export interface Closed {
  /** Undefined: not any more, or never. */
  readonly until: number | undefined
  /** Its holder has been asked, and has not answered yet. */
  readonly isAsked: boolean
  readonly isRated: boolean
  readonly once: string
}

/** Undefined for a case that is open, goes on elsewhere, or is not the reader's to see. */
export async function closedCase(c: Context<AppEnv>, read: ReadCase): Promise<Closed | undefined> {
  const { found, keeper } = read
  const { id, caseId, closeReason } = found.request
  const closed = closedAt(found)
  if (closed === undefined || id !== caseId || closeReason === 'duplicate' || isHidden(read)) return undefined
  const platform = c.get('platform')
  const { region } = c.get('site')
  const now = platform.clock.now()
  const until = reopenableUntil(region, found, now)
  const db = openPublicTenant(platform, region.slug, keeper)
  return {
    until: until !== undefined && until > now ? until : undefined,
    isAsked: await isReopeningAsked(db, id, closed),
    isRated: await isRated(db, id, closed),
    once: randomText(platform.random, 24),
  }
}

interface Props {
  view: PageView
  found: PublicCase
  closed: Closed
}

export function RatingPanel({ view, found, closed }: Props) {
  const { t } = view
  if (closed.isRated) return null
  return (
    <section class="panel" aria-labelledby="rating">
      <h2 id="rating">{t('rating-title')}</h2>
      <form class="rating" method="post" action={view.href(`/cases/${found.request.id}/rating`)}>
        {scores.map(score => (
          <button class="usa-button usa-button--outline" type="submit" name="score" value={score}>
            {t(`rating-${score}`)}
          </button>
        ))}
      </form>
    </section>
  )
}

export async function rateCase(c: Context<AppEnv>) {
  const platform = c.get('platform')
  const read = await readCase(c)
  const closed = await closedCase(c, read)
  if (isHidden(read)) throw problem('not-found')
  const { request } = read.found
  const typed = Number((await readForm(c)).get('score'))
  const score = scores.find(known => known === typed)
  if (score === undefined) throw problem('bad-request')
  const access = read.resident?.access ?? publicAccess(c.get('site').region.slug, 'form')
  if (closed === undefined) throw problem('wrong-state', { detail: 'It is not closed, or a duplicate.' })
  // Whoever sends it a second time is thanked again.
  if (!closed.isRated) await rate(platform, access, request, score)
  return c.redirect(viewOf(c).href(`/cases/${request.caseId}?done=rated`), 303)
}

export function ClosedPanel({ view, found, closed }: Props) {
  const { t, site } = view
  const { request } = found
  if (closed.isAsked) {
    return (
      <Alert type="info">
        <p>{t('reopen-asked', { name: request.agencyResponsible })}</p>
      </Alert>
    )
  }
  const { until, once } = closed
  const zone = site.region.calendar(request.origin).zone
  return (
    <section class="panel no-print" aria-labelledby="not-fixed">
      <h2 id="not-fixed">{t('reopen-title')}</h2>
      {until === undefined ? (
        <>
          <p>{t('follow-up-text')}</p>
          <a class="usa-button usa-button--outline" href={view.href(followUpPath(view, found))}>
            {t('follow-up-go')}
          </a>
        </>
      ) : (
        <>
          <p>
            {t('reopen-text')} {t('reopen-until')} <Until view={view} at={until} zone={zone} />.
          </p>
          <ReopenForm {...{ view, once }} number={request.id} text="" kept={[]} errors={[]} />
        </>
      )}
    </section>
  )
}

/** The form for a new report at the same place, which names this one. */
function followUpPath({ t }: PageView, { request }: PublicCase): string {
  const { id, serviceCode, lat, long, accuracy, address } = request
  const query = new URLSearchParams({ description: `${t('follow-up-words', { number: id })}\n` })
  if (lat !== null && long !== null) {
    query.set('lat', String(lat))
    query.set('long', String(long))
    query.set('accuracy', String(accuracy))
  }
  if (address !== null) query.set('address', address)
  return `/report/${encodeURIComponent(serviceCode)}/details?${query}`
}

interface FormProps {
  view: PageView
  number: string
  text: string
  kept: readonly string[]
  once: string
  errors: readonly FieldMessage[]
}

function ReopenForm({ view, number, text, kept, once, errors }: FormProps) {
  const { t } = view
  return (
    <form
      id="reopen-form"
      method="post"
      action={view.href(`/cases/${number}/reopen`)}
      enctype="multipart/form-data"
      novalidate
    >
      <input type="hidden" name="once" value={once} />
      <TextArea
        view={view}
        name="words"
        label={t('reopen-words')}
        hint={t('reopen-words-hint')}
        required={false}
        rows={3}
        value={text}
        errors={errors}
      />
      <EmergencyWatch view={view} field="reopen-form" typed={text} />
      <PhotoField view={view} kept={kept} errors={errors} />
      <button class="usa-button" type="submit">
        {t('reopen-go')}
      </button>
    </form>
  )
}

export async function reopenCase(c: Context<AppEnv>) {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const view = viewOf(c)
  const read = await readCase(c)
  const { found, resident } = read
  const closed = await closedCase(c, read)
  const publicly = publicAccess(region.slug, 'form')
  const photos = new SentPhotos(platform, publicly, uploaderOf(addressOf(c)), view.t)
  const form = await readForm(c, {
    bytes: MAX_BODY_BYTES,
    withFiles: (MAX_PHOTOS + 1) * MAX_PHOTO_BYTES,
    take: (file, before) => photos.take(file, before),
  })
  const number = found.request.id
  const done = () => c.redirect(view.href(`/cases/${found.request.caseId}?done=reopened`), 303)
  // Whoever sends it a second time finds it open, or asked for.
  if (closed === undefined && !isHidden(read) && found.request.status !== 'closed') return done()
  if (closed === undefined) throw problem('not-found')
  if (closed.isAsked) return done()
  if (closed.until === undefined) return c.redirect(view.href(`/cases/${number}#not-fixed`), 303)
  const one = (name: string) => String(form.get(name) ?? '')
  const text = one('words').trim().replaceAll('\r\n', '\n')
  const kept = await photos.all(form.getAll('media').map(String))
  const once = readOnce(form)
  const wrong = errorsOf(text, kept).map(error =>
    fieldMessage(view.t, error.field, view.t('reopen-words'), error),
  )
  const errors = [...wrong, ...photos.messages, ...photos.failureMessages()]
  const page = { view: { ...view, here: view.href(`/cases/${number}`) }, number, text, kept, once, errors }
  if (errors.length > 0) return c.html(<ReopenPage {...page} />, 400)
  if (form.has('edit')) return c.html(<ReopenPage {...page} />)
  const emergencies = emergenciesOfComplaint(region, { text })
  if (emergencies.length > 0 && !form.has('anyway'))
    return c.html(<CallFirst {...page} topics={emergencies} />)
  try {
    const reopening = { text, media: kept, idempotencyKey: once || undefined }
    await reopen(platform, resident?.access ?? publicly, region, found, reopening)
  } catch (error) {
    if (asProblem(error).slug !== 'wrong-state') throw error
  }
  return done()
}

interface CallFirstProps extends FormProps {
  topics: readonly EmergencyTopic[]
}

function CallFirst({ view, number, text, kept, once, topics }: CallFirstProps) {
  const photos = kept.map(id => ['media', id] as const)
  const fields = [['words', text], ['once', once], ...photos] as const
  const action = view.href(`/cases/${number}/reopen`)
  return <EmergencyPage section="/track" {...{ view, topics, action, fields }} />
}

function errorsOf(text: string, photos: readonly string[]): FieldError[] {
  if (text === '' && photos.length === 0) return [{ field: 'words', code: 'required' }]
  return isLongerThan(text, MAX_TEXT) ? [{ field: 'words', code: 'too-long', params: { max: MAX_TEXT } }] : []
}

function ReopenPage(props: FormProps) {
  const { view, number, errors } = props
  const { t } = view
  return (
    <Page view={view} title={titled(view, t('reopen-title'), errors)} section="/track" personal>
      <div class="narrow">
        <ErrorSummary view={view} errors={errors} />
        <h1>
          <span class="kicker">{t('case-title', { number })}</span> {t('reopen-title')}
        </h1>
        <ReopenForm {...props} />
      </div>
    </Page>
  )
}

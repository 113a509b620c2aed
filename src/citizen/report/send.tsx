import type { Context } from 'hono'
import { publicAccess } from '../../core/access.ts'
import { MAX_BODY_BYTES } from '../../core/http/body.ts'
import { asProblem, type ProblemSlug } from '../../core/problem.ts'
import { addressOf as callerOf } from '../../identity/limits.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { type Draft, MAX_MEDIA } from '../../requests/draft.ts'
import { isSameMailbox } from '../../requests/followers/follower.ts'
import { MAX_PHOTO_BYTES } from '../../requests/media/photo.ts'
import { uploaderOf } from '../../requests/media/uploads.ts'
import { assess, fileReport, offeredService, resolveDraft } from '../../requests/submit.ts'
import type { FieldMessage } from '../../web/components/fields.tsx'
import { readForm, readOnce } from '../../web/form.ts'
import { viewOf } from '../../web/view.ts'
import { addressesOf, type Resident, residentOf } from '../account/resident.ts'
import { offeredBy } from '../catalogue.ts'
import { DetailsPage, detailsHere } from './details.tsx'
import { EmergencyPage } from './emergency.tsx'
import { draftFields, errorMessages, readDraft } from './form.ts'
import { findNearby } from './nearby.tsx'
import { outsideOf } from './outside.tsx'
import { SentPhotos } from './sent-photos.ts'
import { noSearch, WherePage } from './where.tsx'

const MAX_UPLOAD_BYTES = (MAX_MEDIA + 1) * MAX_PHOTO_BYTES

/** The status that the form is shown again with. Not 408: a browser would resend the form by itself. */
const statusOfForm = new Map<ProblemSlug, 400 | 429 | 503>([
  ['database-unavailable', 503],
  ['storage-unavailable', 503],
  ['uploads-full', 503],
  ['too-many-photos', 429],
  ['too-slow', 400],
])

/** The public's form has a sender of its own, so that its idempotency keys never meet those of programs. */
const access = (region: string) => publicAccess(region, 'form')

/** Photos are stored first, so that an error elsewhere does not lose them. */
export async function send(c: Context<AppEnv>, code: string): Promise<Response> {
  const { region } = c.get('site')
  const platform = c.get('platform')
  const view = viewOf(c)
  const publicly = access(region.slug)
  const photos = new SentPhotos(platform, publicly, uploaderOf(callerOf(c)), view.t)
  const form = await readForm(c, {
    bytes: MAX_BODY_BYTES,
    withFiles: MAX_UPLOAD_BYTES,
    take: (file, before) => photos.take(file, before),
  })
  const once = readOnce(form)
  const at = platform.clock.now()
  const { draft: typed, errors } = readDraft(form, region, code, view.language)
  const resolution = resolveDraft(region, typed, at)
  const jurisdiction = offeredBy(region, code, resolution)
  const service = offeredService(region, code, jurisdiction)
  const outside = await outsideOf(platform, view, typed)
  if (outside !== undefined) {
    const props = { view, service, typed: '', search: noSearch, words: '', outside }
    return c.html(<WherePage {...props} errors={[]} />, 400)
  }
  let draft = typed
  let resident: Resident | undefined
  const again = async (
    messages: readonly FieldMessage[],
    status: 200 | 400 | 429 | 503,
    signedOut = false,
  ) => {
    // The database has just kept the reader waiting: it is not asked for more.
    const nearby = status === 503 ? null : await findNearby(platform, region, draft)
    const signedIn = resident && addressesOf(view, resident.account)[0]
    const state = { unavailable: status === 503, signedOut, signedIn }
    return c.html(
      <DetailsPage {...{ view, service, draft, resolution, nearby, once, ...state }} errors={messages} />,
      status,
    )
  }
  try {
    resident = await residentOf(c)
    draft = { ...typed, media: await photos.all(typed.media) }
    if (photos.failure !== undefined) throw photos.failure
    // A request for the form in another language, not a submission.
    const isWarned = form.has('warned')
    if (form.has('edit') || (form.has('speak') && !isWarned)) return await again(photos.messages, 200)
    const report = assess(
      region,
      { draft, jurisdiction, service, resolution, errors: [...errors, ...photos.errors] },
      at,
    )
    if (photos.messages.length > 0) return await again(photos.messages, 400)
    // Without the session it would be filed with no owner, though the form showed them as signed in.
    if (view.hasAccount && resident === undefined) return await again([], 400, true)
    const { emergencies } = report
    if (emergencies.length > 0 && !form.has('anyway')) {
      const here = detailsHere(view, draft)
      const action = view.href(`/report/${encodeURIComponent(code)}/send`)
      const fields = [...draftFields(draft), ['once', once] as const]
      return c.html(
        <EmergencyPage view={here} topics={emergencies} section="/report" {...{ action, fields }} />,
      )
    }
    const provenEmail = resident?.account.email ?? undefined
    const sender = { idempotencyKey: once || undefined, provenEmail, network: callerOf(c) }
    const receipt = await fileReport(platform, resident?.access ?? publicly, region, report, sender)
    const thanks = thanksFor(report.draft, provenEmail)
    return c.redirect(view.href(`/cases/${receipt.id}?thanks=${thanks}`), 303)
  } catch (error) {
    const found = asProblem(error)
    if (found.slug === 'invalid-fields') {
      return again([...errorMessages(view, found.fields, service), ...photos.messages], 400)
    }
    const status = statusOfForm.get(found.slug)
    if (status === undefined) throw error
    if (status !== 400) c.header('Retry-After', String(found.retryAfterSeconds ?? 5))
    return again(found === photos.failure ? photos.failureMessages() : [], status)
  }
}

function thanksFor({ follow, contact }: Draft, provenEmail: string | undefined): string {
  if (contact.email === '') return '1'
  if (!follow) return 'not-asked'
  return provenEmail !== undefined && isSameMailbox(contact.email, provenEmail) ? 'followed' : 'confirm'
}

import type { Context } from 'hono'
import { openRegion } from '../core/db.ts'
import { sha256 } from '../core/digest.ts'
import { asProblem, type FieldFault } from '../core/problem.ts'
import type { Door } from '../regions/site.ts'
import { type Draft, draftFaults, MAX_MEDIA } from '../requests/draft.ts'
import { storePhoto } from '../requests/media.ts'
import { offeredService, resolveDraft, submitReport } from '../requests/submit.ts'
import type { FieldMessage } from '../web/fields.tsx'
import { readForm, readOnce } from '../web/form.ts'
import { viewOf } from '../web/view.ts'
import { addressOf, type Resident, residentOf } from './account/resident.ts'
import { offeredBy } from './catalogue.ts'
import { DetailsPage } from './details.tsx'
import { faultMessages, readDraft } from './form.ts'
import { lookNearby } from './nearby.tsx'

const access = (region: string) => ({ kind: 'public', region }) as const

/**
 * Files the report and leads to its page. Photos are kept first, so that a fault elsewhere does not lose them. Whatever
 * is wrong, the form comes back as it was typed; a database that is away is a 503 with the form, to be sent again.
 */
export async function send(c: Context<Door>, code: string): Promise<Response> {
  const { region } = c.get('site')
  const platform = c.get('platform')
  const view = viewOf(c)
  const form = await readForm(c)
  const once = readOnce(form)
  const { draft: typed, faults } = readDraft(form, region, code, view.language)
  const resolution = resolveDraft(region, typed, view.now)
  const jurisdiction = offeredBy(region, code, resolution)
  const service = offeredService(region, code, jurisdiction)
  let draft = typed
  let resident: Resident | undefined
  const again = async (messages: readonly FieldMessage[], status: 200 | 400 | 503, signedOut = false) => {
    const nearby = await lookNearby(c, draft)
    const signedIn = resident && addressOf(resident.account)
    const state = { away: status === 503, signedOut, signedIn }
    return c.html(
      <DetailsPage {...{ view, service, draft, resolution, nearby, once, ...state }} faults={messages} />,
      status,
    )
  }
  try {
    resident = await residentOf(c)
    const photos = await keepPhotos(c, form, typed, once)
    draft = { ...typed, media: [...new Set([...typed.media, ...photos.kept])] }
    // Not to be sent yet, but to be read in another language.
    if (form.has('speak')) return await again(photos.messages, 200)
    const found = [...faults, ...photos.faults, ...draftFaults(draft, service)]
    if (found.length > 0 || photos.messages.length > 0) {
      return await again([...faultMessages(view, found, service), ...photos.messages], 400)
    }
    // It would be filed as nobody's, where the form has said whose it is.
    if (view.hasAccount && resident === undefined) return await again([], 400, true)
    const submission = { draft, jurisdiction, idempotencyKey: once || undefined }
    const receipt = await submitReport(platform, resident?.access ?? access(region.slug), region, submission)
    const thanks = draft.follow && draft.contact.email !== '' ? 'followed' : '1'
    return c.redirect(view.href(`/cases/${receipt.id}?thanks=${thanks}`), 303)
  } catch (error) {
    const found = asProblem(error)
    if (found.slug === 'invalid-fields') return again(faultMessages(view, found.fields, service), 400)
    if (found.slug !== 'database-away') throw error
    c.header('Retry-After', String(found.retryAfterSeconds ?? 5))
    return again([], 503)
  }
}

/** Keeps each photo sent, once however often it is sent; says which cannot be taken, and why. */
async function keepPhotos(c: Context<Door>, form: FormData, draft: Draft, once: string) {
  const { region } = c.get('site')
  const { t } = viewOf(c)
  const files = form.getAll('photos').filter(file => file instanceof File && file.size > 0) as File[]
  const kept: string[] = []
  const messages: FieldMessage[] = []
  const faults: FieldFault[] = []
  if (files.length + draft.media.length > MAX_MEDIA) {
    faults.push({ field: 'media', code: 'too-many', params: { max: MAX_MEDIA } })
    return { kept, messages, faults }
  }
  const db = openRegion(c.get('platform'), access(region.slug), region.slug)
  for (const file of files) {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer())
      const key = once === '' ? undefined : `${once}-${await sha256(bytes)}`
      kept.push((await storePhoto(c.get('platform'), db, bytes, key)).id)
    } catch (error) {
      const { slug } = asProblem(error)
      if (slug !== 'too-large' && slug !== 'unsupported-media') throw error
      messages.push({
        field: 'media',
        label: t('field-media'),
        message: t(`photo-${slug}`, { name: file.name }),
      })
    }
  }
  return { kept, messages, faults }
}

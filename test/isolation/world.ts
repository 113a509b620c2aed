import { createDraft } from '../../src/admin/drafts/drafts.ts'
import { storeImport } from '../../src/admin/moving/imports.ts'
import { openRegion, openTenant } from '../../src/core/database/handles.ts'
import { signPayload } from '../../src/core/encryption/signing.ts'
import { trackingNumber } from '../../src/core/ids.ts'
import { createKey } from '../../src/identity/programs/keys.ts'
import { followerLink } from '../../src/notify/follow.ts'
import { optOutLink } from '../../src/notify/opt-out.ts'
import { readMigrations } from '../../src/platform/node/databases/migrations.ts'
import type { Region } from '../../src/regions/runtime/compile.ts'
import { currentRegion } from '../../src/regions/runtime/current.ts'
import { applyRegion } from '../../src/regions/versions/apply.ts'
import { addNote } from '../../src/requests/change.ts'
import { follower } from '../../src/requests/followers/schema.ts'
import { bundled, startApp, type TestApp } from '../support/app.ts'
import { lakeDocuments } from '../support/lake.ts'
import { jpeg } from '../support/photos.ts'
import { addStaffAndAccounts } from './people.ts'

/*
 * Three jurisdictions with the same kinds of things in each: the callers' own, its neighbor in the same region,
 * and one of another region. Whatever is not public carries a mark, so that it is recognized wherever it
 * appears.
 */

/**
 * Kinds of information that only some may see. The mark of a kind at a party is in every text of that kind
 * there.
 */
export const secrets = [
  'contact',
  'note',
  'private-case',
  /** A resident's address and device. */
  'account',
  /** Names of staff. */
  'staff',
  'mailbox',
  /** Devices on which staff are signed in, and their passkeys. */
  'device',
  'key',
  /** Who was at work, according to the log. */
  'audit',
] as const
export type Secret = (typeof secrets)[number]

export interface Party {
  readonly name: 'own' | 'neighbor' | 'elsewhere'
  readonly region: string
  readonly slug: string
  /** The value of each name in a route's path. */
  readonly ids: Ids
  /** The same names, well formed, for things that do not exist. */
  readonly missing: Ids
  /** Cookies of one of its staff, and of a resident who has reported to it. */
  readonly clerk: string
  readonly resident: string
  /** Cursors of its lists. */
  readonly cursor: string
  readonly service: string
  readonly privateService: string
}

export interface Ids {
  readonly jurisdiction: string
  readonly request: string
  readonly privateRequest: string
  readonly photo: string
  /** One that it has offered and one that it was offered, with a jurisdiction that is not a party here. */
  readonly handoff: string
  readonly offered: string
  readonly key: string
  /** The clerk's grant, session, passkey and one-time tickets. */
  readonly grant: string
  readonly session: string
  readonly passkey: string
  readonly email: string
  readonly mailbox: string
  /** A link for another purpose than the route's; for this purpose, but of another region. */
  readonly link: string
  /** The resident's session, and their ticket for a code. */
  readonly accountSession: string
  readonly ticket: string
  readonly privatePhoto: string
  readonly follow: string
  readonly unfollow: string
  readonly unsubscribe: string
  readonly answer: string
  readonly reply: string
  /** The request under GeoReport's name. */
  readonly file: string
  readonly service: string
  /** One of the service's questions. */
  readonly question: string
  /** Of its region. */
  readonly agreement: string
  /** Of its region. */
  readonly partner: string
  /** Of its region's configuration. */
  readonly draft: string
  /** Past requests that were uploaded to be imported. */
  readonly import: string
  /** In force in its region: a number that other regions have too. */
  readonly version: string
}

export interface World {
  readonly app: TestApp
  readonly own: Party
  readonly neighbor: Party
  readonly elsewhere: Party
}

export function mark(party: Pick<Party, 'name'>, secret: Secret): string {
  return `${secret}-of-${party.name}-zq`
}

const OTHER_REGION = 'lake'

export async function openWorld(): Promise<World> {
  const app = await startApp()
  const documents = lakeDocuments()
  const privateMatter = {
    code: 'private-matter',
    name: 'A private matter',
    layers: ['municipality', 'county'],
    private: true,
  }
  const services = [...documents.services, privateMatter]
  await applyRegion(app.platform, readMigrations(), OTHER_REGION, { ...documents, services }, { by: 'test' })
  // Neither party is where these reports fall: what one of them takes must not be the other's to answer.
  const there = (await report(app, bundled, undefined, 'pothole', {})).jurisdiction
  const [own, neighbor] = (await furnishable(app, bundled)).filter(slug => slug !== there)
  const [elsewhere] = await furnishable(app, OTHER_REGION)
  if (own === undefined || neighbor === undefined || elsewhere === undefined)
    throw new Error('three governments are needed')
  return {
    app,
    own: await furnish(app, 'own', bundled, own),
    neighbor: await furnish(app, 'neighbor', bundled, neighbor),
    elsewhere: await furnish(app, 'elsewhere', OTHER_REGION, elsewhere),
  }
}

/** Jurisdictions that take a public and a private service, and so have everything that there is to hide. */
async function furnishable(app: TestApp, slug: string): Promise<string[]> {
  const region = await currentRegion(app.platform, slug)
  return offeredBy(region, 'pothole').filter(own =>
    region.servicesOffered(own).some(service => service.private),
  )
}

/** Well formed, but existing nowhere. */
function missingBeside({ request, file }: Pick<Ids, 'request' | 'file'>): Ids {
  const number = changed(request)
  const token = `${'X'.repeat(20)}.${'X'.repeat(40)}`
  return {
    jurisdiction: 'no-such-place',
    request: number,
    privateRequest: changed(request),
    photo: 'X'.repeat(24),
    privatePhoto: 'X'.repeat(24),
    handoff: 'X'.repeat(20),
    offered: 'X'.repeat(20),
    key: 'X'.repeat(10),
    grant: 'X'.repeat(12),
    session: 'X'.repeat(20),
    passkey: 'X'.repeat(22),
    email: 'nobody@example.org',
    mailbox: token,
    link: token,
    accountSession: 'X'.repeat(20),
    ticket: 'X'.repeat(20),
    follow: 'eA.eA',
    unfollow: 'eA.eA',
    unsubscribe: 'eA.eA',
    answer: 'eA.eA',
    reply: 'eA.eA',
    file: file.replace(request, number),
    service: 'no-such-service',
    question: 'no-such-question',
    agreement: 'no-such-agreement',
    partner: 'no-such-partner',
    draft: 'X'.repeat(12),
    import: 'X'.repeat(12),
    version: '99',
  }
}

/** Another well-formed number of the same jurisdiction that does not exist. */
function changed(number: string): string {
  const code = number.split('-')[0] ?? ''
  return trackingNumber({ bytes: length => crypto.getRandomValues(new Uint8Array(length)) }, code)
}

async function furnish(app: TestApp, name: Party['name'], region: string, slug: string): Promise<Party> {
  const of = (secret: Secret) => mark({ name }, secret)
  const { platform } = app
  const compiled = await currentRegion(platform, region)
  const system = { kind: 'system', reason: 'test' } as const
  const db = openTenant(platform, system, region, slug)
  const privateService = compiled.servicesOffered(slug).find(service => service.private)?.code ?? ''
  const work = (await createKey(platform, db, of('key'), 'work')).key
  const api = async (path: string, body: object, key = work) => {
    const answer = await app.request(`/r/${region}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as { id: string }
  }

  const upload = async (shown: string) => {
    const sent = await app.request(`/r/${region}/api/v1/media`, { method: 'POST', body: jpeg(shown) })
    return ((await sent.json()) as { id: string }).id
  }
  const [photo, privatePhoto] = [await upload(''), await upload(of('private-case'))]
  const people = await addStaffAndAccounts(app, { name, region, slug })
  const contact = {
    first_name: of('contact'),
    email: `${of('contact')}@example.org`,
    follow: true,
    share_contact: true,
  }
  const open = await report(app, region, slug, 'pothole', {
    ...contact,
    description: `A hole in ${name}`,
    media: [photo],
  })
  const closed = await report(app, region, slug, privateService, {
    ...contact,
    description: of('private-case'),
    address: of('private-case'),
    media: [privatePhoto],
  })
  await people.claim(closed.id)
  for (const { id } of [open, closed])
    await api(`/work/requests/${id}/notes`, { text: of('note'), public: false })
  // A colleague's name appears beside their note.
  await people.note(open.id)
  const third = offeredBy(compiled, 'pothole').findLast(other => other !== slug) ?? ''
  const text = of('note')
  const offer = { receiver: third, reason: 'other', text, version: 3 }
  const { id: handoff } = await api(`/work/requests/${open.id}/handoffs`, offer)
  const theirs = await report(app, region, third, 'pothole', {})
  const { key: thirdKey } = await createKey(
    platform,
    openTenant(platform, system, region, third),
    'third',
    'work',
  )
  const { id: offered } = await api(
    `/work/requests/${theirs.id}/handoffs`,
    { receiver: slug, reason: 'other', text, version: 1 },
    thirdKey,
  )
  await app.runJobs()
  await api(`/work/requests/${theirs.id}/duplicates`, { of: open.id, text }, thirdKey)
  await app.runJobs()
  const operated = openTenant(platform, { ...system, operator: of('audit') }, region, slug)
  await addNote(operated, closed.id, { text: of('note'), public: false }, platform.clock.now())
  const key = await createKey(platform, db, of('key'), 'read')
  const [follows] = await db.select().from(follower)
  if (follows === undefined) throw new Error('nobody follows')
  const link = (purpose: 'follow' | 'unfollow' | 'answer') => followerLink(platform, db, purpose, follows, 1)
  const page = await app.request(`/r/${region}/api/v1/work/requests?limit=1`, {
    headers: { authorization: `Bearer ${work}` },
  })
  const file = `${open.id}.json`
  return {
    name,
    region,
    slug,
    clerk: people.clerk,
    resident: people.resident,
    missing: missingBeside({ request: open.id, file }),
    ids: {
      ...people.ids,
      jurisdiction: slug,
      request: open.id,
      privateRequest: closed.id,
      photo,
      privatePhoto,
      handoff,
      offered,
      key: key.id,
      follow: await link('follow'),
      unfollow: await link('unfollow'),
      unsubscribe: await optOutLink(platform, region, `${name}-of-${slug}`),
      answer: await link('answer'),
      // No partner has been asked anything: only the form of the link is right.
      reply: await signPayload(platform, 'reply', [region, slug, 'X', 1]),
      file,
      service: 'pothole',
      question:
        compiled.documents.services.find(({ code }) => code === 'pothole')?.questions?.[0]?.code ?? 'none',
      agreement: compiled.documents.agreements.agreements?.[0]?.id ?? 'none',
      partner: compiled.documents.region.partners?.[0]?.id ?? 'none',
      draft: await createDraft(platform, openRegion(platform, system, region), {
        title: `A draft beside ${name}`,
        base: compiled.snapshot.version,
        by: 'system:test',
        at: platform.clock.now(),
      }),
      import: await storeImport(platform, db, 'earlier', {
        columns: ['id', 'service', 'opened', 'address'],
        rows: [{ cells: ['1', 'pothole', '2026-01-01', of('private-case')] }],
      }),
      version: String(compiled.snapshot.version),
    },
    cursor: ((await page.json()) as { next: string }).next,
    service: 'pothole',
    privateService,
  }
}

function offeredBy(region: Region, service: string): string[] {
  return region.documents.jurisdictions
    .map(({ slug }) => slug)
    .filter(slug => region.servicesOffered(slug).some(({ code }) => code === service))
}

/** Files a report on the jurisdiction's own site. */
async function report(app: TestApp, region: string, slug: string | undefined, service: string, said: object) {
  const compiled = await currentRegion(app.platform, region)
  const [long, lat] = compiled.documents.region.map.center
  const questions =
    (slug === undefined ? compiled.documents.services : compiled.servicesOffered(slug)).find(
      ({ code }) => code === service,
    )?.questions ?? []
  const answers = questions
    .filter(({ required, type }) => required && type !== 'notice')
    .map(({ code, options, type }) => [code, options?.[0]?.key ?? (type === 'date' ? '2026-08-01' : '1')])
  const answer = await app.request(`/r/${region}${slug === undefined ? '' : `/j/${slug}`}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      service_code: service,
      lat,
      long,
      answers: Object.fromEntries(answers),
      ...said,
    }),
  })
  if (answer.status !== 201) throw new Error(`${service} was refused: ${await answer.text()}`)
  return (await answer.json()) as { id: string; jurisdiction: string }
}

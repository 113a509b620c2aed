import { describe, expect, inject, it } from 'vitest'
import { checkHost } from '../../src/admin/hosts/check.ts'
import { anchorKind } from '../../src/audit/anchors.ts'
import { appendAuditAction } from '../../src/core/audit-actions.ts'
import { openRegion, openTenant } from '../../src/core/database/handles.ts'
import { enqueueJob } from '../../src/core/database/jobs.ts'
import { runDueJobs } from '../../src/core/database/run-jobs.ts'
import { asProblem } from '../../src/core/problem.ts'
import { jobHandlers } from '../../src/create-app.ts'
import { type Env, workersPlatform } from '../../src/platform/workers.ts'
import { exported } from '../../src/regions/audit-actions.ts'
import { listDatabases } from '../../src/regions/versions/migrate.ts'
import worker from '../../src/worker.ts'
import type { PostedAnchors, PostedEmail } from '../support/outside.ts'
import { startInWorkerd, workerEnv } from './app.ts'

/* A worker's requests to the outside: email through a mail service, and addresses that the configuration names. */

const outside = inject('outside')
const env: Env = {
  ...workerEnv,
  SIGNING_KEY: 'a key that is long enough to sign the links with',
  MAIL_URL: `${outside}/emails`,
  MAIL_TOKEN: 'token',
  MAIL_FROM: 'no-reply@county.example',
  OUTBOUND_ALLOW: new URL(outside).host,
  AUDIT_ANCHOR_URL: `${outside}/anchors`,
  AUDIT_ANCHOR_TOKEN: 'anchor token',
  // The real queue would start the worker with its own bindings, which have no mail.
  JOB_QUEUE: { send: async () => {}, sendBatch: async () => {} } as never,
}
const platform = workersPlatform(env)

async function request(path: string, init?: RequestInit): Promise<Response> {
  const asked = new Request(new URL(path, 'http://localhost'), init)
  return (await worker.fetch(asked as never, env)) as unknown as Response
}
async function runJobs(): Promise<void> {
  for (const name of await listDatabases(platform)) await runDueJobs(platform, name, jobHandlers)
}
async function emailsTo(address: string): Promise<PostedEmail[]> {
  const emails = (await (await fetch(`${outside}/emails`)).json()) as PostedEmail[]
  return emails.filter(({ to }) => to.includes(address))
}
const pathOf = (message: PostedEmail | undefined, page: string) =>
  new URL(message?.text.match(new RegExp(`https?://\\S+/${page}/\\S+`))?.[0] ?? 'about:blank').pathname
const message = { from: 'Ellery "311"', subject: 'Ünïcode', text: 'Hello.', id: 'news.1' }
const why = (asking: Promise<unknown>) =>
  asking.then(
    () => 'answered',
    error => `${asProblem(error).slug} ${asProblem(error).detail}`,
  )

describe('copies of the audit’s seals', () => {
  it('go to the address that is set for them, with its token', async () => {
    await startInWorkerd()
    const [name] = (await listDatabases(platform)).filter(({ kind }) => kind === 'tenant')
    if (name?.kind !== 'tenant') throw new Error('no jurisdiction')
    const db = openTenant(platform, { kind: 'system', reason: 'test' }, name.region, name.slug)
    const at = platform.clock.now() - 60_000
    await db.commit([appendAuditAction(exported, {}, { actor: 'operator:test', at })])
    const region = openRegion(platform, { kind: 'system', reason: 'test' }, name.region)
    const posted = async () => (await (await fetch(`${outside}/anchors`)).json()) as PostedAnchors[]
    await expect
      .poll(
        async () => {
          await runJobs()
          // Its seal may already be in the region's chain, from before an address was set.
          await region.commit([enqueueJob(anchorKind, at)])
          return (await posted()).filter(({ lines }) => lines.includes(`"jurisdiction":"${name.slug}"`))
        },
        { timeout: 20_000 },
      )
      .toEqual([expect.objectContaining({ authorization: 'Bearer anchor token' })])
  })

  it('stay to be sent while that address does not take them', async () => {
    const unavailable = workersPlatform({ ...env, AUDIT_ANCHOR_URL: `${outside}/nothing` })
    expect(await why(unavailable.anchors?.keep(['{}']) ?? Promise.resolve())).toMatch(
      /^partner-unavailable .*503/,
    )
    expect(workersPlatform(workerEnv).anchors).toBeUndefined()
  })
})

describe('a worker’s emails', () => {
  it('go to the mail service, each under a name that stays the same', async () => {
    expect(await platform.mail.send({ ...message, to: 'w@example.org', headers: { 'X-A': 'b' } })).toBe(
      'sent',
    )
    const [sent] = await emailsTo('w@example.org')
    expect(sent).toMatchObject({
      authorization: 'Bearer token',
      idempotencyKey: 'news.1',
      from: '"Ellery 311" <no-reply@county.example>',
      subject: 'Ünïcode',
      headers: { 'X-A': 'b', 'Message-ID': '<news.1@county.example>' },
    })
  })

  it('are told apart when refused, and wait when the service is unavailable or none is configured', async () => {
    expect(await platform.mail.send({ ...message, to: 'refused@example.org' })).toBe('refused')
    const unavailable = workersPlatform({ ...env, MAIL_URL: `${outside}/nothing` })
    expect(await why(unavailable.mail.send({ ...message, to: 'a@b.example' }))).toMatch(
      /^mail-unavailable .*503/,
    )
    const none = workersPlatform(workerEnv)
    expect(await why(none.mail.send({ ...message, to: 'a@b.example' }))).toMatch(/^not-configured/)
  })

  it('forward a request to a partner and bring it back, and tell who follows (S2)', async () => {
    const app = await startInWorkerd()
    const [place] = (
      (await (await app.get('/api/v1/places?q=2352%20State%20Highway%209')).json()) as {
        places: { lat: number; long: number }[]
      }
    ).places
    const filed = await request('/api/v1/requests', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        service_code: 'traffic-signal',
        ...(place && { lat: place.lat, long: place.long }),
        answers: app.answersFor('traffic-signal'),
        email: 'ada@example.org',
        follow: true,
      }),
    })
    const { id } = (await filed.json()) as { id: string }
    const about = async (address: string) => {
      await runJobs()
      return (await emailsTo(address)).filter(({ text }) => text.includes(id))
    }
    await expect.poll(() => about('ada@example.org'), { timeout: 20_000 }).toHaveLength(1)
    const [asked] = await about('ada@example.org')
    expect((await request(pathOf(asked, 'follow'), { method: 'POST' })).status).toBe(200)
    await expect.poll(() => about('maintenance@statedot.example'), { timeout: 20_000 }).toHaveLength(1)
    const [passed] = await about('maintenance@statedot.example')
    const link = pathOf(passed, 'reply')
    expect((await request(link)).status).toBe(200)
    const said = { method: 'POST', body: new URLSearchParams({ act: 'not-ours' }) }
    expect((await request(link, said)).status).toBe(200)
    expect((await request(link, said)).status).toBe(404)
    await expect.poll(() => about('ada@example.org'), { timeout: 20_000 }).toHaveLength(3)
    const emails = await about('ada@example.org')
    expect(emails.map(({ text }) => text.split('\n')[0])).toEqual([
      expect.stringContaining(id),
      expect.stringContaining('Sent to State Department of Transportation by email'),
      expect.stringContaining('says another agency is responsible'),
    ])
    for (const stop of [pathOf(emails[1], 'unfollow'), pathOf(emails[0], 'unsubscribe')])
      expect((await request(stop, { method: 'POST', body: 'List-Unsubscribe=One-Click' })).status).toBe(200)
    const again = await request(pathOf(emails[0], 'unsubscribe'), {
      method: 'POST',
      body: new URLSearchParams({ answer: 'allow' }),
    })
    expect(again.status).toBe(200)
  })
})

describe('a worker’s questions to addresses that configuration names', () => {
  it('are answered', async () => {
    const asked = { method: 'POST', body: 'a=1' } as const
    expect(await platform.outbound.ask(`${outside}/echo`, asked)).toEqual({ status: 200, text: 'POST a=1' })
  })

  it('may be a library’s own fetch, which sees redirects where it says so', async () => {
    const form = new URLSearchParams({ code: 'ü' })
    const echoed = await platform.outbound.fetch(`${outside}/echo`, { method: 'POST', body: form })
    expect([echoed.status, await echoed.text()]).toEqual([200, 'POST code=%C3%BC'])
    const seen = await platform.outbound.fetch(new URL(`${outside}/private`), { redirect: 'manual' })
    expect([seen.status, seen.headers.get('location')]).toEqual([302, 'http://192.168.1.1/'])
    expect(await why(platform.outbound.fetch(`${outside}/private`))).toMatch(/not a public address/)
  })

  it('may be for DNS records, of the resolver that is set', async () => {
    const asking = workersPlatform({ ...env, DNS_RESOLVER_URL: `${outside}/dns-query` })
    const token = 'record of _countyline.311.city.internal'
    const found = await checkHost(asking, '311.city.internal', token)
    expect(found).toEqual({ file: 'no-answer', dns: 'proved' })
  })

  it.each([
    ['/private', /192\.168\.1\.1 is not a public address/],
    ['/flood', /more than a megabyte/],
    ['/hang', /does not answer in time/],
  ])('give up on %s', { timeout: 30_000 }, async (path, reason) => {
    expect(await why(platform.outbound.ask(outside + path))).toMatch(reason)
  })

  it('are not put to private addresses that the operator has not allowed', async () => {
    const guarded = workersPlatform(workerEnv).outbound
    expect(await why(guarded.ask(`${outside}/echo`))).toMatch(/not a public address/)
  })
})

import { type SessionKind, startSession } from '../../src/identity/sessions/sessions.ts'
import type { Platform } from '../../src/platform/platform.ts'
import type { ContractApp } from './app.ts'

/** A request to a running app, built anew each time. */
export interface SampleRequest {
  readonly name: string
  readonly path: string
  init?(): RequestInit
}

/**
 * One of every kind of page and call that reads or writes a database, about a report filed for it, and two that
 * need none.
 */
export async function everyRoute(app: ContractApp, platform: Platform): Promise<SampleRequest[]> {
  const signIn = (kind: SessionKind) =>
    startSession(platform, 'ellery', {
      kind,
      holder: 'nobody',
      shown: [{ method: 'email', source: 'mailbox' }],
      device: 'a test',
    })
  const report = { service_code: 'pothole', ...app.place, answers: app.answersFor('pothole') }
  const filed = await app.post('/api/v1/requests', { ...report, description: 'A hole as wide as a door' })
  const { id, jurisdiction } = (await filed.json()) as { id: string; jurisdiction: string }
  const [read, work, audit, program] = [
    await app.key(jurisdiction, 'read'),
    await app.key(jurisdiction, 'work'),
    await app.key(jurisdiction, 'audit'),
    await app.key(jurisdiction, 'report'),
  ]
  const where = new URLSearchParams({ lat: String(app.place.lat), long: String(app.place.long) })
  const page = (path: string, cookie?: string): SampleRequest => ({
    name: `GET ${path}`,
    path,
    ...(cookie && { init: () => ({ headers: { cookie }, redirect: 'manual' }) }),
  })
  const call = (path: string, key: string): SampleRequest => ({
    name: `GET ${path} with a key`,
    path,
    init: () => ({ headers: { authorization: `Bearer ${key}` } }),
  })
  const post = (path: string, body: () => BodyInit, headers: Record<string, string> = {}): SampleRequest => ({
    name: `POST ${path}`,
    path,
    init: () => ({ method: 'POST', body: body(), headers, redirect: 'manual' }),
  })
  const json = { 'content-type': 'application/json' }
  const fields = (nameOf: (code: string) => string, more: Record<string, string>) => () => {
    const form = new FormData()
    const answers = Object.entries(report.answers).map(([code, value]) => [nameOf(code), value] as const)
    for (const [name, value] of [...where, ...answers, ...Object.entries(more)]) form.append(name, value)
    return form
  }
  const [staff, account] = [await signIn('staff'), await signIn('account')]
  return [
    page('/'),
    page('/report'),
    page(`/report/pothole/details?${where}`),
    page('/reports'),
    page(`/cases/${id}`),
    page('/sign-in'),
    page('/account/sign-in'),
    page('/work', `__Host-staff-ellery=${staff}`),
    page('/account/cases', `__Host-account-ellery=${account}`),
    page('/api/v1/requests'),
    page(`/api/v1/requests/${id}`),
    page(`/api/v1/route?service_code=pothole&${where}`),
    page('/open311/v2/services.json'),
    page('/open311/v2/requests.json'),
    page(`/open311/v2/requests.xml?jurisdiction_id=${jurisdiction}`),
    page(`/open311/v2/requests/${id}.json?jurisdiction_id=${jurisdiction}`),
    page('/.well-known/jwks.json'),
    page('/readyz'),
    call('/api/v1/work/requests', read),
    call(`/api/v1/work/requests/${id}`, work),
    call('/api/v1/work/audit', audit),
    post('/api/v1/requests', () => JSON.stringify({ ...report, description: 'Another hole' }), json),
    post(
      '/open311/v2/requests.json',
      fields(code => `attribute[${code}]`, {
        jurisdiction_id: jurisdiction,
        api_key: program,
        service_code: 'pothole',
        description: 'A hole',
      }),
    ),
    post(
      '/report/pothole/send',
      fields(code => `answers.${code}`, { description: 'A hole' }),
    ),
    post(`/api/v1/work/requests/${id}/notes`, () => JSON.stringify({ text: 'Seen' }), {
      ...json,
      authorization: `Bearer ${work}`,
    }),
    post('/oauth/token', () => new URLSearchParams({ grant_type: 'client_credentials' }), {
      authorization: `Basic ${btoa(`client_${jurisdiction}_0123456789:nothing`)}`,
    }),
  ]
}

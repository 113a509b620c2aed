import type { Scope } from '../../src/identity/roles.ts'
import type { Region } from '../../src/regions/runtime/compile.ts'
import { expectAsDescribed } from './described.ts'

/** What a contract needs of a running app, on any runtime. */
export interface ContractApp {
  get(path: string, key?: string): Promise<Response>
  post(path: string, body: object, headers?: Record<string, string>): Promise<Response>
  raw(path: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response>
  send(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Response>
  change(key: string, id: string, change: object): Promise<Response>
  note(key: string, id: string, note: object): Promise<Response>
  key(jurisdiction: string, scope: Scope): Promise<string>
  runJobs(): Promise<void>
  unique(): string
  /** A place in one of its cities. */
  readonly place: { readonly lat: number; readonly long: number }
  readonly jurisdictions: readonly string[]
  readonly privateService: string
  /** Who decides when two jurisdictions do not agree. */
  readonly arbitrator: string
  /** Jurisdictions that offer the service. */
  offering(service: string): string[]
  /** An answer to each question that the service requires. */
  answersFor(service: string): Record<string, string>
  /** A question of the service that is answered by choosing. */
  choiceOf(service: string): string
}

export interface ContractHost {
  request(path: string, init?: RequestInit): Promise<Response>
  key(jurisdiction: string, scope: Scope): Promise<string>
  runJobs(): Promise<void>
  readonly region: Region
}

export function contractApp({ request: ask, key, runJobs, region }: ContractHost): ContractApp {
  const request: ContractHost['request'] = async (path, init) => {
    const answer = await ask(path, init)
    await expectAsDescribed(init?.method ?? 'GET', path, answer)
    return answer
  }
  const json = (path: string, body: object, headers: Record<string, string> = {}) =>
    request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
  const [long, lat] = region.documents.region.map.center
  return {
    get: (path, secret) => request(path, secret === undefined ? {} : { headers: bearer(secret) }),
    post: json,
    raw: (path, body) =>
      request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
    send: (path, body) => request(path, { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body }),
    change: (secret, id, change) => json(`/api/v1/work/requests/${id}/status`, change, bearer(secret)),
    note: (secret, id, note) => json(`/api/v1/work/requests/${id}/notes`, note, bearer(secret)),
    key,
    runJobs,
    unique: () => crypto.randomUUID().replaceAll('-', ''),
    place: { lat, long },
    jurisdictions: region.documents.jurisdictions.map(({ slug }) => slug),
    privateService: region.documents.services.find(service => service.private)?.code ?? '',
    arbitrator: region.documents.region.handoffs?.arbitrator ?? region.documents.region.intake,
    offering: service =>
      region.documents.jurisdictions
        .map(({ slug }) => slug)
        .filter(slug => region.servicesOffered(slug).some(({ code }) => code === service)),
    choiceOf: service =>
      region.service(service)?.questions?.find(({ type }) => type === 'choice')?.code ?? '',
    answersFor(service) {
      const questions = region.service(service)?.questions ?? []
      const required = questions.filter(question => question.required && question.type !== 'notice')
      return Object.fromEntries(
        required.map(({ code, type, options }) => [
          code,
          options?.[0]?.key ?? (type === 'date' ? '2026-08-01' : '1'),
        ]),
      )
    },
  }
}

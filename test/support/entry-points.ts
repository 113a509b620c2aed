import type { TestApp } from './app.ts'

/** A report as the JSON API takes it; the other routes use their own format. */
export type Sent = Readonly<Record<string, unknown>> & {
  readonly answers?: Readonly<Record<string, unknown>>
  /** A photo to send along: the API takes it before the report, the others in the same form. */
  readonly photo?: File
}

export interface EntryPoint {
  readonly name: string
  /** The content type of its errors. */
  readonly type: string
  /** Sends a valid report with these changes; undefined removes a field. */
  send(changes?: Sent, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** Sends these bytes where a report is expected. */
  sendBytes(bytes: Uint8Array<ArrayBuffer>): Promise<Response>
}

/** Every route that takes a report, each with the same report. */
export function entryPoints(app: () => TestApp, key: () => string): EntryPoint[] {
  const json = { 'content-type': 'application/json' }
  const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
  const post = (path: string, body: BodyInit, headers: Readonly<Record<string, string>>) =>
    app().request(path, { method: 'POST', body, headers })
  const geoReport = (format: 'json' | 'xml', type: string): EntryPoint => ({
    name: `GeoReport ${format.toUpperCase()}`,
    type: `${type}; charset=utf-8`,
    send: (changes, headers = {}) =>
      post(
        `/open311/v2/requests.${format}`,
        formOf({ ...right, api_key: key(), ...changes }, code => `attribute[${code}]`, 'media'),
        headers,
      ),
    sendBytes: bytes => post(`/open311/v2/requests.${format}`, bytes, urlencoded),
  })
  return [
    {
      name: 'the JSON API',
      type: 'application/problem+json; charset=utf-8',
      async send(changes, headers = {}) {
        const { photo, ...report } = { ...right, ...changes }
        const kept = photo && (await post('/api/v1/media', await photo.arrayBuffer(), headers))
        if (kept?.ok === false) return kept
        const media = kept && { media: [((await kept.json()) as { id: string }).id] }
        return post('/api/v1/requests', JSON.stringify({ ...report, ...media }), { ...json, ...headers })
      },
      sendBytes: bytes => post('/api/v1/requests', bytes, json),
    },
    geoReport('json', 'application/json'),
    geoReport('xml', 'text/xml'),
    {
      name: 'the form',
      type: 'text/html; charset=UTF-8',
      send(changes, headers = {}) {
        const { service_code, ...fields } = { ...right, ...changes }
        // The page's form carries it as a field, before the others.
        const once = headers['idempotency-key']
        const form = formOf({ ...(once && { once }), ...fields }, code => `answers.${code}`, 'photos')
        return post(`/report/${service_code}/send`, form, {})
      },
      sendBytes: bytes => post('/report/pothole/send', bytes, urlencoded),
    },
  ]
}

const right = {
  service_code: 'pothole',
  lat: 38.6,
  long: -74.3,
  description: 'A hole as wide as a door',
  answers: { size: 'large', lane: 'driving' },
}

function formOf({ answers = {}, photo, ...fields }: Sent, nameOf: (code: string) => string, files: string) {
  const form = new FormData()
  const named = Object.entries(answers).map(([code, value]) => [nameOf(code), value] as const)
  for (const [name, value] of [...Object.entries(fields), ...named]) {
    if (value !== undefined) form.append(name, String(value))
  }
  if (photo !== undefined) form.append(files, photo)
  return form
}

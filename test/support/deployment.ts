import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../../src/cli/main.ts'
import type { TestApp } from './app.ts'
import { jpeg } from './photos.ts'
import type { S3Server } from './s3.ts'
import type { Sqld } from './sqld.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in this process, on a deployment's folder and, if given, its servers. */
export async function countyline(
  given: {
    readonly dataDir: string
    readonly sqld?: Sqld | undefined
    readonly s3?: S3Server | undefined
    readonly now?: () => number
  },
  ...argv: string[]
): Promise<Ran> {
  let [out, err] = ['', '']
  const { dataDir, sqld, s3, now = Date.now } = given
  const code = await main(argv, {
    env: {
      DATA_DIR: dataDir,
      TENANTS_DIR: fileURLToPath(new URL('../../tenants', import.meta.url)),
      ...(sqld && { DATABASE_URL: sqld.url, DATABASE_ADMIN_URL: sqld.adminUrl }),
      ...(s3 && {
        S3_ENDPOINT: s3.settings.endpoint,
        AWS_ACCESS_KEY_ID: s3.settings.accessKeyId,
        AWS_SECRET_ACCESS_KEY: s3.settings.secretAccessKey,
      }),
    },
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    now,
  })
  return { code, out, err }
}

export interface Filed {
  readonly id: string
  readonly jurisdiction: string
  /** Its photo's path on the site. */
  readonly photo: string
}

/** A report with a photo and contact details, anywhere in the bundled county. */
export async function fileReport(app: TestApp, mark: string, service = 'pothole'): Promise<Filed> {
  const sent = await app.request('/api/v1/media', { method: 'POST', body: jpeg(mark) })
  const { id: media } = (await sent.json()) as { id: string }
  const required = app.region.service(service)?.questions?.filter(question => question.required) ?? []
  const answers = Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
  const filed = await app.request('/api/v1/requests', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      service_code: service,
      lat: 38.6,
      long: -74.3,
      answers,
      media: [media],
      description: `${mark}: Señal “pintada”\nal lado`,
      first_name: 'Ana',
      email: `${mark.toLowerCase()}@example.org`,
      share_contact: true,
    }),
  })
  if (filed.status !== 201) throw new Error(`${filed.status} ${await filed.text()}`)
  const { id, jurisdiction } = (await filed.json()) as { id: string; jurisdiction: string }
  return { id, jurisdiction, photo: `/media/${jurisdiction}/${media}` }
}

export const databasesOf = (dataDir: string) => join(dataDir, 'databases')

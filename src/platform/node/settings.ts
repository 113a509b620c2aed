import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { problem } from '../../core/problem.ts'

const here = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const optionalUrl = v.optional(v.pipe(v.string(), v.regex(/^(https?|libsql|wss?):\/\//, 'is a URL')))

/** The environment, as one schema: every name that Node deployments read. */
const environment = v.object({
  PORT: v.optional(v.pipe(v.string(), v.regex(/^\d{1,5}$/, 'is a port number')), '8311'),
  DATA_DIR: v.optional(v.pipe(v.string(), v.minLength(1, 'is empty')), here('data')),
  TENANTS_DIR: v.optional(v.pipe(v.string(), v.minLength(1, 'is empty')), here('tenants')),
  /** Databases over HTTP instead of files; see `platform/remote.ts`. */
  DATABASE_URL: optionalUrl,
  DATABASE_TOKEN: v.optional(v.string()),
  DATABASE_ADMIN_URL: optionalUrl,
})

export interface Environment {
  readonly port: number
  readonly dataDir: string
  readonly tenantsDir: string
  readonly remote:
    | { readonly url: string; readonly token?: string | undefined; readonly adminUrl?: string | undefined }
    | undefined
}

/** Throws `bad-request` naming the variable to mend; never shows its value. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const read = v.safeParse(environment, env)
  if (!read.success) {
    const detail = read.issues.map(issue => `${v.getDotPath(issue)} ${issue.message}`).join('; ')
    throw problem('bad-request', { detail: `The environment needs mending: ${detail}.` })
  }
  const { PORT, DATA_DIR, TENANTS_DIR, DATABASE_URL, DATABASE_TOKEN, DATABASE_ADMIN_URL } = read.output
  const remote =
    DATABASE_URL === undefined
      ? undefined
      : { url: DATABASE_URL, token: DATABASE_TOKEN, adminUrl: DATABASE_ADMIN_URL }
  return { port: Number(PORT), dataDir: DATA_DIR, tenantsDir: TENANTS_DIR, remote }
}

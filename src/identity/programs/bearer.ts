import type { Context } from 'hono'
import type { AppEnv } from '../../regions/runtime/site.ts'

/** Empty if there is none. */
export function bearerOf(c: Context<AppEnv>): string {
  return /^Bearer +(\S+)$/i.exec(c.req.header('authorization')?.trim() ?? '')?.[1] ?? ''
}

import type { Context } from 'hono'
import type { Door } from '../regions/site.ts'

/** What is sent as `Authorization: Bearer …`; empty where nothing is. */
export function bearerOf(c: Context<Door>): string {
  return /^Bearer +(\S+)$/i.exec(c.req.header('authorization')?.trim() ?? '')?.[1] ?? ''
}

import type { Context } from 'hono'
import { problem } from '../core/problem.ts'
import type { Door } from '../regions/site.ts'

/** Throws `bad-request` for what is no form. */
export async function readForm(c: Context<Door>): Promise<FormData> {
  try {
    return await c.req.formData()
  } catch (error) {
    throw error instanceof TypeError ? problem('bad-request', { cause: error }) : error
  }
}

/** The name of this sending that the form carries; anything a browser would not have sent back is left out. */
export function readOnce(form: FormData): string {
  const once = form.get('once')
  return typeof once === 'string' && /^[0-9A-Z]{1,64}$/.test(once) ? once : ''
}

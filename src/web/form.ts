import type { Context } from 'hono'
import { type FormLimits, type Pair, readPairs } from '../core/http/form.ts'
import { problem } from '../core/problem.ts'
import type { AppEnv } from '../regions/runtime/site.ts'

const MAX_FORM_BYTES = 64 * 1024

/** Throws `too-large`, and `bad-request` for a body that is not a form in UTF-8. */
export async function readForm(c: Context<AppEnv>, limits: FormLimits = {}): Promise<FormData> {
  const pairs = await readPairs(c.req.raw, { bytes: MAX_FORM_BYTES, ...limits })
  if (pairs === undefined) throw problem('bad-request', { detail: 'Send form data.' })
  return formOf(pairs)
}

export function formOf(pairs: readonly Pair[]): FormData {
  const form = new FormData()
  for (const [name, value] of pairs) form.append(name, value)
  return form
}

/** The form's idempotency key; empty for anything that our own forms do not send. */
export function readOnce(form: FormData): string {
  const once = form.get('once')
  return typeof once === 'string' && /^[0-9A-Z]{1,64}$/.test(once) ? once : ''
}

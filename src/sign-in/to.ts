import type { Context } from 'hono'
import { AFTER_SIGN_IN } from '../people/links.ts'
import type { Door } from '../regions/site.ts'

const LONGEST = 1000

/** Where to go on after a sign-in: a page of ours, or one's work for anything else that was asked for. */
export function readTo(c: Context<Door>, asked: unknown): string {
  const { base } = c.get('site')
  return isOwnPage(asked) ? asked : `${base}${AFTER_SIGN_IN}`
}

/** A path of this host. Browsers read `\\` as `/`, drop tabs and line ends, and take two slashes for another host. */
function isOwnPage(asked: unknown): asked is string {
  if (typeof asked !== 'string' || asked.length > LONGEST || !/^\/[!-[\]-~]*$/.test(asked)) return false
  const here = 'https://here.invalid'
  return !asked.startsWith('//') && new URL(asked, here).origin === here
}

/** The value of a form's field, without the space around it. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

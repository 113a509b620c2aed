import type { Context } from 'hono'
import { AFTER_SIGN_IN } from '../people/links.ts'
import type { Door } from '../regions/site.ts'
import { isOwnPage } from '../web/own-page.ts'

/** Where to go on after a sign-in: a page of ours, or one's work for anything else that was asked for. */
export function readTo(c: Context<Door>, asked: unknown): string {
  const { base } = c.get('site')
  return isOwnPage(asked) ? asked : `${base}${AFTER_SIGN_IN}`
}

/** The value of a form's field, without the space around it. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

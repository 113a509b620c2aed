import { addAdministrator } from '../../src/identity/staff/administrators.ts'
import type { TestApp } from './app.ts'
import { openSession } from './staff.ts'
import { type Visitor, visitor } from './visitor.ts'

/* Administrators who prepare and apply drafts, as browsers without script do. */

export async function administrator(app: TestApp, email: string): Promise<Visitor> {
  const staff = await addAdministrator(app.platform, 'ellery', { email, name: email }, 'test')
  return asVisitor(app, await openSession(app, staff))
}

export function asVisitor(app: TestApp, cookie: string): Visitor {
  const one = visitor(app)
  const [name = '', value = ''] = cookie.split('=')
  one.cookies.set(name, value)
  return one
}

/** Returns the path of a new draft. */
export async function beginDraft(who: Visitor, title = 'A change'): Promise<string> {
  const answer = await who.post('/admin/drafts', { '/admin/drafts.title': title, '/admin/drafts.to': '' })
  if (answer.status !== 303) throw new Error(`no draft: ${answer.status}`)
  return (answer.headers.get('location') ?? '').replace(/^.*(?=\/admin\/)/, '')
}

/** The fields of the forms on a page, as a browser would send them. */
export function fieldsOf(page: string): Record<string, string> {
  const inputs = [...page.matchAll(/<(?:input|textarea|select)\b[^>]*name="([^"]+)"[^>]*>([^<]*)/g)]
  return Object.fromEntries(
    inputs.flatMap(([tag, name = '', text = '']) => {
      if (/type="(checkbox|radio)"/.test(tag) && !/\schecked/.test(tag)) return []
      if (!tag.startsWith('<select')) return [[name, unescaped(/value="([^"]*)"/.exec(tag)?.[1] ?? text)]]
      const options = page.slice(page.indexOf(tag)).split('</select>')[0] ?? ''
      return [[name, unescaped(/value="([^"]*)" selected/.exec(options)?.[1] ?? '')]]
    }),
  )
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** Sends the form of a page with some fields changed. */
export async function fill(who: Visitor, path: string, typed: Record<string, string>): Promise<Response> {
  return who.post(path, { ...fieldsOf(await who.read(path)), ...typed })
}

export async function applyDraft(app: TestApp, who: Visitor, draft: string): Promise<Response> {
  const fields = fieldsOf((await who.read(`${draft}/plan`)).split(`${draft}/apply`)[1] ?? '')
  const answer = await who.post(`${draft}/apply`, fields)
  await app.runJobs()
  return answer
}

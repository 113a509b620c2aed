import { decodeHTML } from 'entities'
import { addAdministrator } from '../../src/identity/staff/administrators.ts'
import { bundled, type TestApp } from './app.ts'
import { openSession } from './staff.ts'
import { type Visitor, visitor } from './visitor.ts'

/** An administrator of the region, signed in. */
export async function administrator(app: TestApp, email: string): Promise<Visitor> {
  const id = await addAdministrator(app.platform, bundled, { email, name: email }, 'test')
  return withCookie(app, await openSession(app, id))
}

/** A browser with this session. */
export function withCookie(app: TestApp, cookie: string): Visitor {
  const one = visitor(app)
  const [name = '', value = ''] = cookie.split('=')
  one.cookies.set(name, value)
  return one
}

/** Begins a draft, and returns its path. */
export async function beginDraft(who: Visitor, title = 'A change'): Promise<string> {
  const answer = await who.post('/admin/drafts', { '/admin/drafts.title': title, '/admin/drafts.to': '' })
  return (answer.headers.get('location') ?? '').replace(/^.*(?=\/admin\/)/, '')
}

/** The fields of the form on a page that is sent to `action`, as a browser would send them; by default of all forms. */
export function fieldsOf(page: string, action?: string): Record<string, string> {
  const begins = action === undefined ? 0 : page.indexOf(`action="${action}"`)
  const form = action === undefined ? page : page.slice(begins).split('</form>')[0]
  if (begins < 0 || form === undefined) return {}
  const inputs = [...form.matchAll(/<(?:input|textarea|select)\b[^>]*name="([^"]+)"[^>]*>([^<]*)/g)]
  return Object.fromEntries(
    inputs.flatMap(([tag, name = '', text = '']) => {
      if (/type="(?:checkbox|radio)"/.test(tag) && !tag.includes('checked')) return []
      if (!tag.startsWith('<select')) return [[name, decodeHTML(/value="([^"]*)"/.exec(tag)?.[1] ?? text)]]
      const options = form.slice(form.indexOf(tag)).split('</select>')[0] ?? ''
      return [[name, /value="([^"]*)" selected/.exec(options)?.[1] ?? '']]
    }),
  )
}

/** Fills in the form on a page and sends it there. */
export async function fillForm(who: Visitor, path: string, typed: Readonly<Record<string, string>>) {
  return who.post(path, { ...fieldsOf(await who.read(path)), ...typed })
}

/** Applies a draft by the button on its plan. */
export async function applyDraft(app: TestApp, who: Visitor, draft: string): Promise<Response> {
  const page = await who.read(`${draft}/plan`)
  const answer = await who.post(`${draft}/apply`, fieldsOf(page, `${draft}/apply`))
  await app.runJobs()
  return answer
}

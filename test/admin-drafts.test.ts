import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mergeValues } from '../src/admin/drafts/merge.ts'
import { addAdministrator } from '../src/identity/staff/administrators.ts'
import { exportRegion } from '../src/regions/documents/export.ts'
import { newestRegion } from '../src/regions/runtime/current.ts'
import { startApp, type TestApp } from './support/app.ts'
import { openSession, signIn } from './support/staff.ts'
import { type Visitor, visitor } from './support/visitor.ts'

/* Changes are prepared in a draft, checked, and applied, in the browser. */

let app: TestApp
let ana: Visitor
let ben: Visitor

beforeAll(async () => {
  app = await startApp()
  ana = await administrator('ana@county.example')
  ben = await administrator('ben@county.example')
})
afterAll(() => app.close())

async function administrator(email: string): Promise<Visitor> {
  return signedIn(await addAdministrator(app.platform, 'ellery', { email, name: email }, 'test'))
}

async function signedIn(staff: string): Promise<Visitor> {
  return asVisitor(await openSession(app, staff))
}

function asVisitor(cookie: string): Visitor {
  const one = visitor(app)
  const [name = '', value = ''] = cookie.split('=')
  one.cookies.set(name, value)
  return one
}

async function begin(who: Visitor, title = 'A change'): Promise<string> {
  const answer = await who.post('/admin/drafts', { '/admin/drafts.title': title, '/admin/drafts.to': '' })
  expect(answer.status).toBe(303)
  return (answer.headers.get('location') ?? '').replace(/^.*(?=\/admin\/)/, '')
}

/** The fields of the form on a page, as a browser would send them. */
function fieldsOf(page: string): Record<string, string> {
  const inputs = [...page.matchAll(/<(?:input|textarea|select)\b[^>]*name="([^"]+)"[^>]*>([^<]*)/g)]
  return Object.fromEntries(
    inputs.flatMap(([tag, name = '', text = '']) => {
      if (tag.includes('type="checkbox"') && !tag.includes('checked')) return []
      if (!tag.startsWith('<select')) return [[name, /value="([^"]*)"/.exec(tag)?.[1] ?? text]]
      const options = page.slice(page.indexOf(tag)).split('</select>')[0] ?? ''
      return [[name, /value="([^"]*)" selected/.exec(options)?.[1] ?? '']]
    }),
  )
}

async function fill(who: Visitor, path: string, typed: Record<string, string>) {
  return who.post(path, { ...fieldsOf(await who.read(path)), ...typed })
}

async function apply(who: Visitor, draft: string) {
  const fields = fieldsOf((await who.read(`${draft}/plan`)).split(`${draft}/apply`)[1] ?? '')
  const answer = await who.post(`${draft}/apply`, fields)
  await app.runJobs()
  return answer
}

const inForce = () => newestRegion(app.platform, 'ellery')

describe('a draft', () => {
  it('changes nothing until it is applied, and then exactly what it says', async () => {
    const before = await inForce()
    const draft = await begin(ana)
    const path = `${draft}/jurisdictions/larkfield/profile`
    expect((await fill(ana, path, { 'document.phone': '555-010-0199' })).status).toBe(303)
    expect((await inForce()).snapshot.version).toBe(before.snapshot.version)
    const plan = await ana.read(`${draft}/plan`)
    expect(plan).toContain('Changed: municipality or agency.')
    expect(plan).toContain('555-010-0199')
    expect((await apply(ana, draft)).status).toBe(303)
    const after = await inForce()
    expect(after.snapshot.version).toBe(before.snapshot.version + 1)
    const changed = [...exportRegion(after.documents)].filter(
      ([file, text]) => exportRegion(before.documents).get(file) !== text,
    )
    expect(changed.map(([file]) => file)).toEqual(['larkfield/jurisdiction.yaml'])
    expect(await ana.read(`${draft}/progress`)).toContain(`in effect as version ${after.snapshot.version}`)
    expect(await ana.read('/admin/versions')).toContain('ana@county.example')
    expect(await ana.read('/admin/log')).toContain('Applied a draft')
  })

  it('shows what is wrong with a field, and saves nothing', async () => {
    const draft = await begin(ana)
    const path = `${draft}/jurisdictions/larkfield/profile`
    const answer = await fill(ana, path, { 'document.email': 'nobody', 'document.name': '' })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('This is required.')
    const again = await fill(ana, path, { 'document.email': 'nobody' })
    expect(again.status).toBe(400)
    expect(await again.text()).toContain('value="nobody"')
    expect(await ana.read(draft)).toContain('There are no changes in this draft yet')
  })

  it('is not applied with errors, and names them', async () => {
    const draft = await begin(ana)
    await fill(ana, `${draft}/region`, {
      'document.timezone': 'America/New_York',
      'document.hosts': 'bad host!',
    })
    await fill(ana, `${draft}/jurisdictions/new`, { 'new.name': 'Ellery County', 'new.kind': 'county' })
    const plan = await ana.read(`${draft}/plan`)
    expect(plan).toMatch(/problems? to fix before you can apply/)
    expect(plan).not.toContain('Apply now')
    const answer = await ana.post(`${draft}/apply`, { version: '1' })
    expect(answer.status).toBeGreaterThanOrEqual(400)
  })

  it('can be deleted, and each of its changes undone', async () => {
    const draft = await begin(ana)
    await fill(ana, `${draft}/jurisdictions/hollis/profile`, { 'document.phone': '555-010-0188' })
    expect(await ana.read(draft)).toContain('Profile of')
    await ana.post(`${draft}/restore`, { 'restore.file': 'hollis/jurisdiction.yaml' })
    expect(await ana.read(draft)).toContain('There are no changes in this draft yet')
    expect((await ana.post(`${draft}/discard`, {})).status).toBe(303)
    expect((await ana.post(`${draft}/discard`, {})).status).toBe(409)
  })
})

describe('two administrators at once', () => {
  it('keep both changes of different parts of one document', async () => {
    const draft = await begin(ana)
    const path = `${draft}/jurisdictions/hollis/profile`
    const [first, second] = [fieldsOf(await ana.read(path)), fieldsOf(await ben.read(`${draft}/region`))]
    const answers = await Promise.all([
      ana.post(path, { ...first, 'document.phone': '555-010-0177' }),
      ben.post(`${draft}/region`, { ...second, 'document.phone': '312' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    const plan = await ana.read(`${draft}/plan`)
    expect(plan).toContain('555-010-0177')
    expect(plan).toContain('312')
  })

  it('do not overwrite each other in the same form', async () => {
    const draft = await begin(ana)
    const path = `${draft}/jurisdictions/hollis/profile`
    const [first, second] = [fieldsOf(await ana.read(path)), fieldsOf(await ben.read(path))]
    expect((await ana.post(path, { ...first, 'document.phone': '555-010-0111' })).status).toBe(303)
    const answer = await ben.post(path, { ...second, 'document.phone': '555-010-0122' })
    expect(answer.status).toBe(409)
    const page = await answer.text()
    expect(page).toContain('555-010-0122')
    expect(await ana.read(`${draft}/plan`)).toContain('555-010-0111')
  })

  it('each learn what the other has applied, and keep it', async () => {
    const [mine, theirs] = [await begin(ana, 'Mine'), await begin(ben, 'Theirs')]
    await fill(ana, `${mine}/jurisdictions/hollis/profile`, { 'document.url': 'https://hollis.example/mine' })
    await fill(ben, `${theirs}/jurisdictions/hollis/profile`, { 'document.phone': '555-010-0166' })
    expect((await apply(ben, theirs)).status).toBe(303)
    const behind = await ana.read(`${mine}/plan`)
    expect(behind).toContain('was applied after you began')
    expect(behind).toContain('555-010-0166')
    expect(behind).not.toContain('Apply now')
    expect((await ana.post(`${mine}/rebase`, {})).status).toBe(303)
    expect((await apply(ana, mine)).status).toBe(303)
    const hollis = (await inForce()).jurisdiction('hollis')
    expect(hollis).toMatchObject({ phone: '555-010-0166', url: 'https://hollis.example/mine' })
  })

  it('choose between two values of the same field', async () => {
    const [mine, theirs] = [await begin(ana, 'Mine'), await begin(ben, 'Theirs')]
    await fill(ana, `${mine}/jurisdictions/hollis/profile`, { 'document.phone': '555-010-0101' })
    await fill(ben, `${theirs}/jurisdictions/hollis/profile`, { 'document.phone': '555-010-0102' })
    await apply(ben, theirs)
    expect((await ana.post(`${mine}/rebase`, {})).status).toBe(409)
    const key = 'rebase.hollis/jurisdiction.yaml:phone'
    expect(await ana.read(`${mine}/plan`)).toContain(key)
    expect((await ana.post(`${mine}/rebase`, { [key]: 'mine' })).status).toBe(303)
    await apply(ana, mine)
    expect((await inForce()).jurisdiction('hollis')?.phone).toBe('555-010-0101')
  })
})

describe('an administrator of one municipality', () => {
  it('edits its own documents only', async () => {
    const clerk = asVisitor((await signIn(app, 'hollis', 'administrator')).cookie)
    const draft = await begin(clerk)
    const own = await fill(clerk, `${draft}/jurisdictions/hollis/profile`, {
      'document.phone': '555-010-0155',
    })
    expect(own.status).toBe(303)
    const path = `${draft}/jurisdictions/larkfield/profile`
    const other = await clerk.post(path, fieldsOf(await ana.read(path)))
    expect(other.status).toBe(403)
    expect((await clerk.post(`${draft}/region`, {})).status).toBe(403)
    expect((await clerk.post(`${draft}/apply`, { version: '1' })).status).toBe(403)
    expect(await ana.read(`${draft}/plan`)).toContain('555-010-0155')
  })

  it('is no agent or stranger', async () => {
    const agent = asVisitor((await signIn(app, 'hollis', 'agent')).cookie)
    expect((await agent.get('/admin')).status).toBe(404)
    expect((await visitor(app).get('/admin')).status).toBe(303)
  })
})

describe('the three-way merge', () => {
  it('joins what does not meet, by key and by the id of items', () => {
    const base = {
      a: 1,
      list: [
        { id: 'x', v: 1 },
        { id: 'y', v: 1 },
      ],
      gone: true,
    }
    const mine = {
      a: 2,
      list: [
        { id: 'x', v: 2 },
        { id: 'y', v: 1 },
      ],
      gone: true,
    }
    const theirs = {
      a: 1,
      list: [
        { id: 'y', v: 3 },
        { id: 'x', v: 1 },
        { id: 'z', v: 9 },
      ],
      b: 5,
    }
    const { value, conflicts } = mergeValues(base, mine, theirs)
    expect(conflicts).toEqual([])
    expect(value).toEqual({
      a: 2,
      list: [
        { id: 'x', v: 2 },
        { id: 'y', v: 3 },
        { id: 'z', v: 9 },
      ],
      b: 5,
    })
  })

  it('names each value that both have changed', () => {
    const { conflicts } = mergeValues({ a: { b: 1 } }, { a: { b: 2 } }, { a: { b: 3 } })
    expect(conflicts).toEqual([{ path: ['a', 'b'], mine: 2, theirs: 3 }])
    const chosen = mergeValues(
      { a: { b: 1 } },
      { a: { b: 2 } },
      { a: { b: 3 } },
      new Map([['a/b', 'theirs']]),
    )
    expect(chosen).toEqual({ value: { a: { b: 3 } }, conflicts: [] })
  })
})

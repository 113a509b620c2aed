import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newestRegion } from '../src/regions/runtime/current.ts'
import { startApp, type TestApp } from './support/app.ts'
import { administrator, applyDraft, asVisitor, beginDraft, fieldsOf, fill } from './support/drafts.ts'
import { type OutsideServer, serveOpen311List } from './support/open311-list.ts'
import { signIn } from './support/staff.ts'
import type { Visitor } from './support/visitor.ts'

/* The region's services and their questions, edited in the browser. */

let app: TestApp
let ana: Visitor
let ben: Visitor
let outside: OutsideServer

beforeAll(async () => {
  outside = await serveOpen311List()
  app = await startApp({ outboundAllow: [new URL(outside.url).host] })
  ana = await administrator(app, 'ana@county.example')
  ben = await administrator(app, 'ben@county.example')
})
afterAll(async () => {
  await app.close()
  await outside.close()
})

const inForce = () => newestRegion(app.platform, 'ellery')
const service = async (code: string) =>
  (await inForce()).documents.services.find(service => service.code === code)

describe("the region's services", () => {
  it('are added, with a code made of the name, in an existing or a new group', async () => {
    const draft = await beginDraft(ana)
    const path = `${draft}/new-service`
    const missing = await fill(ana, path, { 'item.name-en': '' })
    expect(missing.status).toBe(400)
    expect(await missing.text()).toContain('This is required.')
    const typed = {
      'item.name-en': 'Fallen fence',
      'item.name-es': 'Cerca caída',
      'item.layers-1': 'municipality',
      'item.layers-2': 'county',
      'item.deadline': '3 business days',
      'item.private': 'yes',
      'item.group-en': 'Fences',
    }
    expect((await fill(ana, path, { ...typed, 'item.deadline': 'soon' })).status).toBe(400)
    const added = await fill(ana, path, typed)
    expect(added.status).toBe(303)
    expect(added.headers.get('location')).toContain('/services/fallen-fence/questions')
    const again = await fill(ana, path, { ...typed, 'item.code': 'fallen-fence' })
    expect(again.status).toBe(400)
    const list = await ana.read(`${draft}/services`)
    expect(list).toContain('Fences</h2>')
    expect(await ana.read(`${draft}/services?q=fallen`)).toContain('Fallen fence')
    expect(await ana.read(`${draft}/services?q=fallen`)).not.toContain('Pothole')
    await applyDraft(app, ana, draft)
    expect(await service('fallen-fence')).toEqual({
      code: 'fallen-fence',
      name: { en: 'Fallen fence', es: 'Cerca caída' },
      group: { en: 'Fences' },
      layers: ['municipality', 'county'],
      deadline: '3 business days',
      private: true,
    })
  })

  it('are moved within their group, and stay as they are otherwise', async () => {
    const draft = await beginDraft(ana)
    const before = (await inForce()).documents.services
    const { code } = before[1] ?? { code: '' }
    await ana.post(`${draft}/services/${code}/move`, { 'move.direction': 'up' })
    await applyDraft(app, ana, draft)
    const after = (await inForce()).documents.services
    expect(after.map(one => one.code).slice(0, 2)).toEqual([before[1]?.code, before[0]?.code])
    expect(after.toSorted(byCode)).toEqual(before.toSorted(byCode))
  })

  it('are removed with what mentions them', async () => {
    const draft = await beginDraft(ana)
    const page = await ana.read(`${draft}/services/pothole`)
    expect(page).toContain('It is also removed from')
    expect((await ana.post(`${draft}/services/pothole/remove`, {})).status).toBe(400)
    const removed = await ana.post(`${draft}/services/pothole/remove`, { 'remove.sure': 'yes' })
    expect(removed.status).toBe(303)
    expect(await ana.read(`${draft}/plan`)).not.toMatch(/problems? to fix/)
    expect((await ana.get(`${draft}/services/pothole`)).status).toBe(404)
  })

  it('are added from the common ones, and not twice', async () => {
    const draft = await beginDraft(ana)
    await ana.post(`${draft}/services/graffiti/remove`, { 'remove.sure': 'yes' })
    const page = await ana.read(`${draft}/import-services`)
    expect(page).toContain('value="graffiti"')
    expect(page).not.toContain('value="pothole"')
    const added = await ana.post(`${draft}/import-services`, { service: 'graffiti' })
    expect(added.status).toBe(303)
    expect(await ana.read(`${draft}/services/graffiti`)).toContain('Service code: graffiti')
    expect(await ana.read(`${draft}/import-services`)).not.toContain('value="graffiti"')
  })

  it('are imported from an Open311 server, shown before they are saved', async () => {
    const draft = await beginDraft(ana)
    const path = `${draft}/import-services`
    const read = await ana.post(`${path}/read`, { url: `${outside.url}/open311/v2` })
    const page = await read.text()
    expect(page).toContain('Cans left out')
    expect(await ana.read(draft)).toContain('There are no changes in this draft yet')
    const { list } = fieldsOf(page.slice(0, page.lastIndexOf('import-services/read')))
    expect((await ana.post(path, { list: list ?? '', service: '001' })).status).toBe(303)
    const questions = await ana.read(`${draft}/services/001/questions`)
    expect(questions).toContain('Since when?')
    expect((await ana.get(`${draft}/services/002`)).status).toBe(404)
  })

  it.each([
    ['', ''],
    ['http://169.254.169.254/latest', ''],
    ['file:///etc/passwd', ''],
    ['', 'not a list'],
  ])('are not imported from %j %j', async (url, file) => {
    const draft = await beginDraft(ana)
    const form = new FormData()
    form.set('url', url)
    if (file !== '') form.set('list', new Blob([file]), 'services.json')
    const answer = await ana.postBody(`${draft}/import-services/read`, form)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('We cannot read this list.')
    const forged = await ana.post(`${draft}/import-services`, { list: '[{"code":1}]', service: '1' })
    expect(forged.status).toBe(400)
  })

  it('are read by an administrator of one municipality, and not changed', async () => {
    const clerk = asVisitor(app, (await signIn(app, 'hollis', 'administrator')).cookie)
    const draft = await beginDraft(clerk)
    expect(await clerk.read(`${draft}/services/pothole`)).toContain('disabled')
    expect((await clerk.post(`${draft}/services/pothole`, {})).status).toBe(403)
    expect((await clerk.get(`${draft}/new-service`)).status).toBe(403)
  })
})

describe('the question builder', () => {
  it('adds a question with options, urgent answers and a preview', async () => {
    const draft = await beginDraft(ana)
    const own = `${draft}/services/graffiti`
    const answer = await fill(ana, `${own}/new-question?type=choice`, {
      'item.label-en': 'What is it on?',
      'item.label-es': '¿Dónde está?',
      'item.required': 'yes',
      'item.option-0-en': 'A wall',
      'item.option-1-en': 'A school',
      'item.option-1-urgent': 'yes',
      'item.option-1-position': '1',
      'item.option-0-position': '2',
    })
    expect(answer.status).toBe(303)
    const page = await ana.read(`${own}/questions`)
    const preview = page.slice(page.indexOf('id="preview"'))
    expect(preview).toContain('What is it on?')
    expect(preview).toMatch(/type="radio"[^>]*value="a-school"/)
    await applyDraft(app, ana, draft)
    const stored = await service('graffiti')
    expect(stored?.questions?.at(-1)).toEqual({
      code: 'what-is-it-on',
      type: 'choice',
      label: { en: 'What is it on?', es: '¿Dónde está?' },
      required: true,
      options: [
        { key: 'a-school', label: { en: 'A school' } },
        { key: 'a-wall', label: { en: 'A wall' } },
      ],
    })
    expect(stored?.urgentAnswers?.['what-is-it-on']).toEqual(['a-school'])
  })

  it('keeps the key of an option whose words change, and removes emptied ones', async () => {
    const draft = await beginDraft(ana)
    const path = `${draft}/services/graffiti/questions/what-is-it-on`
    const changed = await fill(ana, path, {
      'item.option-0-en': 'A school or day care',
      'item.option-1-en': '',
    })
    expect(changed.status).toBe(303)
    await applyDraft(app, ana, draft)
    const question = (await service('graffiti'))?.questions?.find(({ code }) => code === 'what-is-it-on')
    expect(question?.options).toEqual([{ key: 'a-school', label: { en: 'A school or day care' } }])
  })

  it.each(['text', 'paragraph', 'number', 'date', 'choices', 'notice'] as const)('adds %s', async type => {
    const draft = await beginDraft(ana)
    const own = `${draft}/services/graffiti`
    const answer = await fill(ana, `${own}/new-question?type=${type}`, {
      'item.label-en': `A new ${type}`,
      ...(type === 'choices' && { 'item.option-0-en': 'One' }),
    })
    expect(answer.status).toBe(303)
    const page = await ana.read(`${own}/questions`)
    expect(page.slice(page.indexOf('id="preview"'))).toContain(`A new ${type}`)
    expect(await ana.read(`${draft}/plan`)).not.toMatch(/problems? to fix/)
  })

  it('refuses a choice without options', async () => {
    const draft = await beginDraft(ana)
    const path = `${draft}/services/graffiti/new-question?type=choice`
    const answer = await fill(ana, path, { 'item.label-en': 'Which?' })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('without options')
  })

  it('moves and removes questions, with their urgent answers', async () => {
    const draft = await beginDraft(ana)
    const own = `${draft}/services/graffiti`
    const codes = ((await service('graffiti'))?.questions ?? []).map(({ code }) => code)
    const last = codes.at(-1) ?? ''
    await fill(ana, `${own}/new-question?type=text`, { 'item.label-en': 'Zebra' })
    await ana.post(`${own}/questions/zebra/move`, { 'move.direction': 'up' })
    await ana.post(`${own}/questions/what-is-it-on/remove`, { 'remove.sure': 'yes' })
    expect(last).toBe('what-is-it-on')
    await applyDraft(app, ana, draft)
    const stored = await service('graffiti')
    expect(stored?.questions?.map(({ code }) => code)).toEqual([...codes.slice(0, -1), 'zebra'])
    expect(stored?.urgentAnswers?.['what-is-it-on']).toBeUndefined()
  })

  it('does not let two people overwrite each other in one question, and keeps both in two', async () => {
    const draft = await beginDraft(ana)
    const own = `${draft}/services/graffiti`
    await fill(ana, `${own}/new-question?type=text`, { 'item.label-en': 'First' })
    const path = `${own}/questions/first`
    const [hers, his] = [fieldsOf(await ana.read(path)), fieldsOf(await ben.read(path))]
    expect((await ana.post(path, { ...hers, 'item.label-en': 'First, by Ana' })).status).toBe(303)
    expect((await ben.post(path, { ...his, 'item.label-en': 'First, by Ben' })).status).toBe(409)
    const service = fieldsOf(await ben.read(own))
    expect((await ana.post(path, { ...fieldsOf(await ana.read(path)), 'item.label-en': 'A' })).status).toBe(
      303,
    )
    expect((await ben.post(own, { ...service, 'item.deadline': '9 days' })).status).toBe(303)
    const page = await ana.read(own)
    expect(page).toContain('9 days')
    expect(await ana.read(`${own}/questions`)).toContain('<strong>A</strong>')
  })
})

describe("a municipality's services", () => {
  it('are adapted, declined with who serves them instead, and taken again', async () => {
    const clerk = asVisitor(app, (await signIn(app, 'hollis', 'administrator')).cookie)
    const draft = await beginDraft(clerk)
    const own = `${draft}/jurisdictions/hollis/services`
    const adapted = await fill(clerk, `${own}/graffiti`, {
      'item.name-en': 'Paint on walls',
      'item.deadline': '2 days',
    })
    expect(adapted.status).toBe(303)
    const missing = await fill(clerk, `${own}/dead-animal/decline`, {})
    expect(missing.status).toBe(400)
    const typed = { 'item.servedBy': 'ellery-county', 'item.note-en': 'Call the county.' }
    expect((await fill(clerk, `${own}/dead-animal/decline`, typed)).status).toBe(303)
    expect(await clerk.read(own)).toContain('Served by Ellery County')
    expect(await clerk.read(`${draft}/plan`)).not.toMatch(/problems? to fix/)
    await applyDraft(app, ana, draft)
    const hollis = (await inForce()).jurisdiction('hollis')
    expect(hollis?.services?.graffiti).toMatchObject({ name: { en: 'Paint on walls' }, deadline: '2 days' })
    const declined = { servedBy: 'ellery-county', note: { en: 'Call the county.' } }
    expect(hollis?.declines).toEqual({ 'dead-animal': declined })
    const next = await beginDraft(clerk)
    const path = `${next}/jurisdictions/hollis/services`
    expect((await clerk.post(`${path}/dead-animal/take`, {})).status).toBe(303)
    await fill(clerk, `${path}/graffiti`, { 'item.name-en': '', 'item.deadline': '' })
    await applyDraft(app, ana, next)
    const again = (await inForce()).jurisdiction('hollis')
    expect(again?.declines).toBeUndefined()
    expect(again?.services?.graffiti).toBeUndefined()
  })

  it('may have questions of their own, beginning with those of the region', async () => {
    const draft = await beginDraft(ana)
    const own = `${draft}/jurisdictions/hollis/services/graffiti`
    expect(await ana.read(`${own}/questions`)).toContain('asks the questions of the region')
    expect((await ana.get(`${own}/questions/surface`)).status).toBe(404)
    await ana.post(`${own}/questions`, { 'own.questions': 'own' })
    await ana.post(`${own}/questions/surface/remove`, { 'remove.sure': 'yes' })
    await fill(ana, `${own}/new-question?type=text`, { 'item.label-en': 'Which color?' })
    await applyDraft(app, ana, draft)
    const region = await inForce()
    const asked = region.servicesOffered('hollis').find(({ code }) => code === 'graffiti')
    expect(asked?.questions?.map(({ code }) => code)).toContain('which-color')
    expect(asked?.questions?.map(({ code }) => code)).not.toContain('surface')
    expect((await service('graffiti'))?.questions?.map(({ code }) => code)).toContain('surface')
    const next = await beginDraft(ana)
    const path = `${next}/jurisdictions/hollis/services/graffiti/questions`
    await ana.post(path, { 'own.questions': 'region' })
    await applyDraft(app, ana, next)
    expect((await inForce()).jurisdiction('hollis')?.services?.graffiti).toBeUndefined()
  })

  it('are on the checklist until each has somebody who serves it', async () => {
    const draft = await beginDraft(ana)
    const page = await ana.read(`${draft}/jurisdictions/larkfield`)
    expect(page).toContain('Which services it provides')
  })
})

function byCode(a: { code: string }, b: { code: string }) {
  return a.code < b.code ? -1 : 1
}

import { describe, expect, it } from 'vitest'
import { jpeg } from '../support/photos.ts'
import { codeIn, ResidentBrowser } from '../support/resident.ts'
import type { ContractApp } from './app.ts'

export interface ResidentsApp extends ContractApp {
  /** What was last sent to an email address or phone number. */
  lastTo(address: string): Promise<string | undefined>
  ask(path: string, init?: RequestInit): Promise<Response>
}

/** Opening an account, reporting while signed in and seeing the report again: the same promises on each runtime. */
export function residentsContract(name: string, start: () => Promise<ResidentsApp>): void {
  const digits = () =>
    String(crypto.getRandomValues(new Uint32Array(1))[0])
      .padStart(7, '2')
      .slice(-7)

  describe(`a resident’s account, ${name}`, () => {
    it('is opened by a code from an email, and opened again by the next', async () => {
      const app = await start()
      const address = `ada-${app.unique()}@example.org`
      const first = new ResidentBrowser(app.ask)
      const read = async () => codeIn(await app.lastTo(address))
      expect((await first.signIn(address, read)).status).toBe(303)
      expect(await first.text('/account')).toContain(address)
      const second = new ResidentBrowser(app.ask)
      await second.signIn(address.toUpperCase(), read)
      const seen = await second.text('/account')
      expect(seen).toContain(address)
      expect(seen.match(/name="session"/g)?.length).toBe(2)
    })

    it('is opened by the link beside the code as well, once, by its button only', async () => {
      const app = await start()
      const address = `ada-${app.unique()}@example.org`
      const browser = new ResidentBrowser(app.ask)
      await browser.post('/account/sign-in', { address })
      const link = /https?:\/\/\S+\/account\/link\/\S+/.exec((await app.lastTo(address)) ?? '')?.[0] ?? ''
      const { pathname } = new URL(link)
      expect(await browser.text(pathname)).toContain(address)
      expect((await browser.get('/account')).status).toBe(303)
      expect((await browser.post(pathname)).status).toBe(303)
      expect(await browser.text('/account')).toContain(address)
      expect((await new ResidentBrowser(app.ask).post(pathname)).status).toBe(404)
    })

    it('is opened by a text message, whatever way the number is written', async () => {
      const app = await start()
      const tail = digits()
      const typed = `(305) ${tail.slice(0, 3)}-${tail.slice(3)}`
      const browser = new ResidentBrowser(app.ask)
      await browser.signIn(typed, async () => codeIn(await app.lastTo(`+1305${tail}`)))
      expect(await browser.text('/account')).toContain(typed)
    })

    it('takes a wrong code five times, and then not even the right one', async () => {
      const app = await start()
      const address = `guess-${app.unique()}@example.org`
      const browser = new ResidentBrowser(app.ask)
      const asked = await browser.post('/account/sign-in', { address })
      const right = codeIn(await app.lastTo(address))
      const wrong = right.startsWith('1') ? '2222 2222' : '1111 1111'
      for (let tries = 0; tries < 5; tries++)
        expect((await browser.typeCode(asked, () => wrong)).status).toBe(400)
      expect((await browser.typeCode(asked, () => right)).status).toBe(400)
      expect((await browser.get('/account')).headers.get('location')).toContain('/account/sign-in')
    })

    it('has the reports that were filed while signed in, and none else', async () => {
      const app = await start()
      const address = `ada-${app.unique()}@example.org`
      const browser = new ResidentBrowser(app.ask)
      await browser.signIn(address, async () => codeIn(await app.lastTo(address)))
      const { lat, long } = app.place
      const place = { lat: String(lat), long: String(long) }
      const form = await browser.text(`/report/pothole/details?${new URLSearchParams(place)}`)
      expect(form).toContain(`value="${address}"`)
      const answers = Object.entries(app.answersFor('pothole')).map(([code, value]) => [
        `answers.${code}`,
        value,
      ])
      const sent = await browser.post('/report/pothole/send', { ...place, ...Object.fromEntries(answers) })
      expect(sent.status).toBe(303)
      const id = /\/cases\/([A-Z0-9-]+)/.exec(sent.headers.get('location') ?? '')?.[1] ?? ''
      const anonymous = await app.post('/api/v1/requests', {
        service_code: 'pothole',
        ...app.place,
        answers: app.answersFor('pothole'),
        email: address,
      })
      const other = ((await anonymous.json()) as { id: string }).id
      const mine = await browser.text('/account/cases')
      expect(mine).toContain(id)
      expect(mine).not.toContain(other)

      await browser.post('/account/sign-out')
      expect((await browser.get('/account/cases')).status).toBe(303)
    })

    it('shows the photo of a private report to whoever has sent it, until they sign out', async () => {
      const app = await start()
      const signedIn = async (name: string) => {
        const address = `${name}-${app.unique()}@example.org`
        const browser = new ResidentBrowser(app.ask)
        await browser.signIn(address, async () => codeIn(await app.lastTo(address)))
        return browser
      }
      const [own, other] = [await signedIn('ada'), await signedIn('ben')]
      const uploaded = await app.send('/api/v1/media', jpeg())
      const { id: media } = (await uploaded.json()) as { id: string }
      const answers = Object.entries(app.answersFor(app.privateService))
      const sent = await own.post(`/report/${app.privateService}/send`, {
        lat: String(app.place.lat),
        long: String(app.place.long),
        description: 'For their eyes',
        media,
        ...Object.fromEntries(answers.map(([code, value]) => [`answers.${code}`, value])),
      })
      expect(sent.status).toBe(303)
      const page = new URL(sent.headers.get('location') ?? '', 'http://localhost').pathname
      const [path = ''] = /\/media\/[^"]+/.exec(await own.text(page)) ?? []
      const shown = await own.get(path)
      expect(shown.status).toBe(200)
      expect(shown.headers.get('cache-control')).toMatch(/^private, no-store/)
      expect((await other.get(path)).status).toBe(404)
      expect((await app.get(path)).status).toBe(404)
      await own.post('/account/sign-out')
      expect((await own.get(path)).status).toBe(404)
    })
  })
}

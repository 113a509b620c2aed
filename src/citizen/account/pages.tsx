import { Hono, type MiddlewareHandler } from 'hono'
import type { Door } from '../../regions/site.ts'
import { casesPage, claim } from './cases.tsx'
import { codePage, typeCode } from './code.tsx'
import { dataPage, download, erase, erasePage } from './data.tsx'
import { decide, historyPage } from './history.tsx'
import { againPage, askAgain, askForCode, signInPage, signOut } from './sign-in.tsx'
import { endOwnSession, newAddress, youPage } from './you.tsx'

/** A resident's account: sign in by a code, their reports, who sees them, their data. Mounted at `/account`. */
export function accountPages(smallForm: MiddlewareHandler): Hono<Door> {
  const pages = new Hono<Door>()
  pages.use(async (c, next) => {
    await next()
    c.res.headers.set('cache-control', 'no-store')
  })
  pages.get('/', youPage)
  pages.get('/sign-in', signInPage)
  pages.post('/sign-in', smallForm, askForCode)
  pages.get('/sign-in/again', againPage)
  pages.post('/sign-in/again', smallForm, askAgain)
  pages.get('/code', codePage)
  pages.post('/code', smallForm, typeCode)
  pages.get('/cases', casesPage)
  pages.post('/cases', smallForm, claim)
  pages.post('/address', smallForm, newAddress)
  pages.post('/sessions', smallForm, endOwnSession)
  pages.get('/history', historyPage)
  pages.post('/history', smallForm, decide)
  pages.get('/data', dataPage)
  pages.post('/data', smallForm, download)
  pages.get('/erase', erasePage)
  pages.post('/erase', smallForm, erase)
  pages.post('/sign-out', smallForm, signOut)
  return pages
}

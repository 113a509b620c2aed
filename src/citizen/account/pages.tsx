import { Hono } from 'hono'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { casesPage, claimCasePage } from './cases.tsx'
import { codePage, typeCode } from './code.tsx'
import { dataPage, download, erase, erasePage } from './data.tsx'
import { decide, historyPage } from './history.tsx'
import { linkPage, openLink } from './link.tsx'
import { askForCode, askForStepUp, signInPage, signOut, stepUpPage } from './sign-in.tsx'
import { endOwnSession, newAddress, youPage } from './you.tsx'

export function accountPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()
  pages.use(async (c, next) => {
    await next()
    c.res.headers.set('cache-control', 'no-store')
  })
  pages.get('/', youPage)
  pages.get('/sign-in', signInPage)
  pages.post('/sign-in', askForCode)
  pages.get('/sign-in/again', stepUpPage)
  pages.post('/sign-in/again', askForStepUp)
  pages.get('/code', codePage)
  pages.post('/code', typeCode)
  pages.get('/link/:token', linkPage)
  pages.post('/link/:token', openLink)
  pages.get('/cases', casesPage)
  pages.post('/cases', claimCasePage)
  pages.post('/address', newAddress)
  pages.post('/sessions', endOwnSession)
  pages.get('/history', historyPage)
  pages.post('/history', decide)
  pages.get('/data', dataPage)
  pages.post('/data', download)
  pages.get('/erase', erasePage)
  pages.post('/erase', erase)
  pages.post('/sign-out', signOut)
  return pages
}

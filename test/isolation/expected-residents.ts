import { type Expectation, open, where } from './expectation.ts'
import type { Ids } from './world.ts'

/* Pages of the public, and of signed-in residents. */

const pothole = { 'answers.size': 'large', 'answers.lane': 'driving' }
const number = { ...open, ids: { ':number': 'request' } } as const
const linked = (id: keyof Ids): Expectation => ({ ...open, ids: { ':token': id } })

export const citizen: Record<string, Expectation> = {
  'GET /': open,
  'GET /about': open,
  'GET /jurisdictions': open,
  'GET /place': { ...open, query: () => ({ q: 'mill' }) },
  'GET /brand.css': open,
  'GET /emergency-words.json': open,
  'GET /report': open,
  'GET /report/:service': { ...open, ids: { ':service': 'service' } },
  'GET /report/:service/details': { ...open, ids: { ':service': 'service' }, query: () => where },
  'GET /report/:service/who': { ...open, ids: { ':service': 'service' }, query: () => where },
  'POST /report/:service/send': {
    ...open,
    ids: { ':service': 'service' },
    form: () => ({ ...where, ...pothole }),
    writesAnywhere: true,
  },
  'GET /track': { ...open, query: ({ ids }) => ({ number: ids.privateRequest }) },
  'GET /cases/:number': number,
  'POST /cases/:number/reopen': { ...number, form: () => ({ words: 'Still broken' }), writesAnywhere: true },
  'POST /cases/:number/rating': { ...number, form: () => ({ score: '4' }), writesAnywhere: true },
  'GET /reports/points': { ...open, query: ({ slug }) => ({ jurisdiction: slug }) },
  'GET /reports': { ...open, query: ({ cursor, slug }) => ({ after: cursor, jurisdiction: slug }) },
  'GET /cases/:number/follow': number,
  'POST /cases/:number/follow': {
    ...number,
    form: () => ({ email: 'matrix@example.org' }),
    writesAnywhere: true,
  },
  'GET /follow/:token': linked('follow'),
  'POST /follow/:token': { ...linked('follow'), writesAnywhere: true },
  'GET /unfollow/:token': linked('unfollow'),
  'POST /unfollow/:token': { ...linked('unfollow'), writesAnywhere: true },
  'GET /unsubscribe/:token': linked('unsubscribe'),
  'POST /unsubscribe/:token': linked('unsubscribe'),
  'GET /answer/:token': linked('answer'),
  'POST /answer/:token': { ...linked('answer'), form: () => ({ answer: 'yes' }), writesAnywhere: true },
  'GET /reply/:token': linked('reply'),
  'POST /reply/:token': linked('reply'),
}

const own = { needs: 'be resident', by: 'cookie' } as const

const ofTicket: Expectation = {
  needs: 'anyone',
  isPersonal: true,
  names: ['ticket'],
  query: ({ ids }) => ({ ticket: ids.ticket }),
}

export const account: Record<string, Expectation> = {
  'GET /account': own,
  'GET /account/sign-in': open,
  'POST /account/sign-in': { ...open, form: () => ({ address: 'no address' }) },
  'GET /account/sign-in/again': own,
  'POST /account/sign-in/again': { ...own, form: () => ({ by: 'phone' }) },
  'GET /account/code': ofTicket,
  'POST /account/code': { ...ofTicket, form: () => ({ code: '1234 5678' }) },
  'GET /account/link/:token': { needs: 'anyone', isPersonal: true, ids: { ':token': 'link' } },
  'POST /account/link/:token': { needs: 'anyone', isPersonal: true, ids: { ':token': 'link' } },
  'GET /account/cases': own,
  'POST /account/cases': {
    ...own,
    names: ['privateRequest'],
    form: ({ ids }) => ({ number: ids.privateRequest }),
  },
  'POST /account/address': { ...own, form: () => ({ address: 'no address' }) },
  'POST /account/sessions': {
    ...own,
    isPersonal: true,
    // It is logged wherever they have reported.
    writesAnywhere: true,
    names: ['accountSession'],
    form: ({ ids }) => ({ session: ids.accountSession }),
  },
  'GET /account/history': own,
  'POST /account/history': { ...own, form: ({ ids }) => ({ withdraw: ids.jurisdiction }) },
  'GET /account/data': own,
  'POST /account/data': own,
  'GET /account/erase': own,
  // Without the required confirmation.
  'POST /account/erase': { ...own, form: () => ({}) },
  // The end of their session is logged wherever they have reported.
  'POST /account/sign-out': { ...open, writesAnywhere: true, signsOut: true },
}

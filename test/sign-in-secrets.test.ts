import { expect, it, onTestFinished } from 'vitest'
import { bundledDocuments, startApp } from './support/app.ts'
import { CLIENT, startEvilProvider } from './support/openid.ts'
import { leadsTo, visitor } from './support/visitor.ts'

it('sends no provider the client secret of another jurisdiction, although a stored document names it', async () => {
  const evil = await startEvilProvider()
  onTestFinished(() => evil.close())
  const documents = await bundledDocuments()
  const signIn = {
    issuer: evil.issuer,
    clientId: CLIENT.id,
    clientSecret: 'OIDC_ELLERY__LARKFIELD',
    claim: 'groups',
    roles: { '311-agents': 'agent' } as const,
  }
  const jurisdictions = documents.jurisdictions.map(one => (one.slug === 'hollis' ? { ...one, signIn } : one))
  const app = await startApp({
    documents: { ...documents, jurisdictions },
    outboundAllow: [evil.host],
    environment: { OIDC_ELLERY__LARKFIELD: 'the secret of larkfield' },
  })
  onTestFinished(() => app.close())
  const browser = visitor(app)
  const sent = leadsTo(await browser.get('/sign-in/oidc/hollis'))
  const answer = await browser.get(evil.answerTo(sent))
  expect(answer.status).toBe(503)
  expect(browser.cookies.has('__Host-staff-ellery')).toBe(false)
  expect(evil.tokenRequests).toEqual([])
})

import { type Expectation, open } from './expectation.ts'
import { admin } from './expected-admin.ts'
import { api, open311 } from './expected-programs.ts'
import { account, citizen } from './expected-residents.ts'
import { signIn, workspace } from './expected-staff.ts'

/*
 * What each route of the app answers to whom. Every route has a line here: the matrix fails without it, and for
 * a line whose route is gone.
 */

// No code is valid in the matrix: 404 for everyone.
const closed: Expectation = { ...open, also: 404 }
const setup: Readonly<Record<string, Expectation>> = {
  'GET /setup': closed,
  'POST /setup': { ...closed, form: () => ({ code: '22222-22222-22222-22222' }) },
  'GET /setup/start/:code': closed,
  ...Object.fromEntries(
    ['you', 'region', 'services', 'county', 'check', 'done'].flatMap(step => [
      [`GET /setup/${step}`, closed],
      [`POST /setup/${step}`, closed],
    ]),
  ),
  'GET /setup/progress': closed,
}

export const expectations: Readonly<Record<string, Expectation>> = {
  'GET /healthz': open,
  'GET /readyz': open,
  'GET /assets/*': open,
  // No token is set in the matrix: 404 for everyone.
  'GET /metrics': { ...open, also: 404 },
  'GET /doctor': { ...open, also: 404 },
  'POST /oauth/token': open,
  'GET /.well-known/oauth-authorization-server': open,
  // For no region: 404.
  'GET /.well-known/oauth-authorization-server/r/:region': { ...open, also: 404 },
  // The region's first key is made on demand.
  'GET /.well-known/jwks.json': { ...open, writesAnywhere: true },
  ...setup,
  ...open311,
  ...api,
  ...citizen,
  ...account,
  ...signIn,
  ...workspace,
  ...admin,
}

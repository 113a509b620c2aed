import { type Context, Hono } from 'hono'
import { isSameSecret } from '../core/encryption/same-secret.ts'
import { problem } from '../core/problem.ts'
import { bearerOf } from '../identity/programs/bearer.ts'
import type { AppEnv } from '../regions/runtime/site.ts'
import { checks } from './doctor/checks.ts'
import { examine } from './doctor/examine.ts'
import { metricsText } from './metrics.ts'

/** For the operator's own programs, which have the secret METRICS_TOKEN. They belong to no region. */
export function monitoringRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>()
  routes.get('/metrics', async c => {
    await authorizeOperator(c)
    const text = await metricsText(c.get('platform'), c.get('registry').gauges)
    return c.body(text, 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
  routes.get('/doctor', async c => {
    await authorizeOperator(c)
    return c.json({ results: await examine(c.get('platform'), checks) })
  })
  return routes
}

// Throws `not-found` where no token is set.
async function authorizeOperator(c: Context<AppEnv>): Promise<void> {
  const token = c.get('platform').secrets.get('METRICS_TOKEN')
  if (token === undefined) throw problem('not-found')
  if (!(await isSameSecret(bearerOf(c), token))) throw problem('key-refused')
}

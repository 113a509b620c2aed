import type { MiddlewareHandler } from 'hono'
import { problem } from '../core/problem.ts'
import { playAdministrator, playRole, refuseRealIssuers } from '../people/demo.ts'
import { roles } from '../people/roles.ts'
import type { Door } from '../regions/site.ts'
import { readForm } from '../web/form.ts'
import { viewOf } from '../web/view.ts'
import { arrive, arriveAgain, type PageContext, whoIsHere } from './arrive.ts'
import { readTo } from './to.ts'

/** What is only there in a demonstration is nowhere else: the same 404 as for any page that there is not. */
export const demoOnly: MiddlewareHandler<Door> = async (c, next) => {
  if (!c.get('platform').demo) throw problem('not-found')
  refuseRealIssuers(c.get('site').region)
  await next()
}

export async function signInAs(c: PageContext) {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const { t } = viewOf(c)
  const form = await readForm(c)
  const role = roles.find(known => known === form.get('role'))
  const jurisdiction = region.jurisdiction(String(form.get('jurisdiction') ?? ''))
  if (form.get('role') === 'region') {
    await arrive(c, await playAdministrator(platform, region, t('role-region')), 'demo')
  } else {
    if (role === undefined || jurisdiction === undefined) throw problem('bad-request')
    const name = t('demo-name', { role: t(`role-${role}`), jurisdiction: jurisdiction.name })
    await arrive(c, await playRole(platform, region, jurisdiction.slug, role, name), 'demo')
  }
  return c.redirect(readTo(c, form.get('to')), 303)
}

export async function proveAgainAs(c: PageContext) {
  const form = await readForm(c)
  await arriveAgain(c, (await whoIsHere(c)).holder)
  return c.redirect(readTo(c, form.get('to')), 303)
}

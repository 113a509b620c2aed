import type { MiddlewareHandler } from 'hono'
import { problem } from '../core/problem.ts'
import { demoAdministrator, demoRole } from '../identity/demo.ts'
import { roles } from '../identity/roles.ts'
import type { AppEnv } from '../regions/runtime/site.ts'
import { readForm } from '../web/form.ts'
import { viewOf } from '../web/view.ts'
import { readTo } from './destination.ts'
import { completeStepUp, currentSignIn, type SignInPageContext, startStaffSession } from './session.ts'

const BY_BUTTON = [{ method: 'demo', source: 'demo' }] as const

export const demoOnly: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!c.get('platform').demo) throw problem('not-found')
  await next()
}

export async function signInAs(c: SignInPageContext) {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const { t } = viewOf(c)
  const form = await readForm(c)
  const role = roles.find(known => known === form.get('role'))
  const jurisdiction = region.jurisdiction(String(form.get('jurisdiction') ?? ''))
  if (form.get('role') === 'region') {
    await startStaffSession(c, await demoAdministrator(platform, region, t('role-region')), BY_BUTTON)
  } else {
    if (role === undefined || jurisdiction === undefined) throw problem('bad-request')
    const name = t('demo-name', { role: t(`role-${role}`), jurisdiction: jurisdiction.name })
    await startStaffSession(c, await demoRole(platform, region, jurisdiction.slug, role, name), BY_BUTTON)
  }
  return c.redirect(readTo(c, form.get('to')), 303)
}

export async function stepUpAs(c: SignInPageContext) {
  const form = await readForm(c)
  await completeStepUp(c, (await currentSignIn(c)).holder, BY_BUTTON)
  return c.redirect(readTo(c, form.get('to')), 303)
}

import { Hono, type Next } from 'hono'
import { asProblem } from '../../core/problem.ts'
import { countRefused, limit, refuseGuessing } from '../../identity/limits.ts'
import { currentHosts } from '../../regions/runtime/current.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { readForm } from '../../web/form.ts'
import { ownForms } from '../../web/own-forms.ts'
import { nextStep } from './answers.ts'
import { cleanCode } from './codes.ts'
import { createRegion, endUsed, setupProgress, signInToken, tokenFor } from './create.ts'
import { checkSetup } from './documents.ts'
import type { SetupContext } from './frame.tsx'
import { checkPage } from './pages/check.tsx'
import { codePage, startPage } from './pages/code.tsx'
import { countyPage } from './pages/county.tsx'
import { donePage, progressPage } from './pages/done.tsx'
import { regionPage } from './pages/region.tsx'
import { servicesPage } from './pages/services.tsx'
import { youPage } from './pages/you.tsx'
import { currentSetup, forgetToken, keepToken, type Setup } from './session.ts'
import { type StepPage, sendStep, showStep, textIn } from './step.ts'

/*
 * Set-up of a region, before any site is looked for. While no region exists `/` leads here. With regions, only a
 * holder of a valid code sees these pages; for everyone else they are the 404 of the site.
 */

type Answer = Response | Promise<Response>
type Handler = (c: SetupContext) => Promise<Response | undefined>

export function setupPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()
  // Not under the path of a region or jurisdiction, which the app's routing leaves out.
  const on = (method: 'GET' | 'POST', path: string, handler: Handler) =>
    pages.on(method, path, ownForms, async (c, next) => {
      const isOwn = new URL(c.req.url).pathname.replace(/(?<=.)\/$/, '') === c.req.path
      return (isOwn ? await handler(c) : undefined) ?? passedOn(next)
    })
  on('GET', '/', async c => ((await isEmpty(c)) ? c.redirect('/setup', 303) : undefined))
  on('GET', '/setup', begin)
  on('POST', '/setup', enterCode)
  on('GET', '/setup/start/:code', startByLink)
  addStep(on, youPage)
  addStep(on, regionPage)
  addStep(on, servicesPage)
  addStep(on, countyPage)
  on('GET', '/setup/check', withAnswers(review))
  on('POST', '/setup/check', withAnswers(create))
  on('GET', '/setup/progress', withSetup(progress))
  on('GET', '/setup/done', withSetup(done))
  on('POST', '/setup/done', withSetup(signIn))
  return pages
}

async function passedOn(next: Next): Promise<void> {
  await next()
}

function addStep<Typed>(
  on: (method: 'GET' | 'POST', path: string, handler: Handler) => void,
  page: StepPage<Typed>,
): void {
  on(
    'GET',
    `/setup/${page.step}`,
    withAnswers((c, current) => showStep(c, page, current)),
  )
  on(
    'POST',
    `/setup/${page.step}`,
    withAnswers((c, current) => sendStep(c, page, current)),
  )
}

async function isEmpty(c: SetupContext): Promise<boolean> {
  const { regions, isKept } = await currentHosts(c.get('platform'))
  // What was kept from earlier may be older than the first region.
  return regions.size === 0 && !isKept
}

/** Without a valid code: to its form where no region exists, else nothing is here. */
function withSetup(handle: (c: SetupContext, current: Setup) => Answer): Handler {
  return async c => {
    const current = await currentSetup(c)
    if (current === undefined) return (await isEmpty(c)) ? c.redirect('/setup', 303) : undefined
    if (c.req.method === 'POST') await limit(c, 'sign-in')
    return handle(c, current)
  }
}

/** For pages that change answers, which end once the region was asked for. */
function withAnswers(handle: (c: SetupContext, current: Setup) => Answer): Handler {
  return withSetup((c, current) =>
    current.row.region === null ? handle(c, current) : c.redirect('/setup/progress', 303),
  )
}

async function begin(c: SetupContext): Promise<Response | undefined> {
  const current = await currentSetup(c)
  if (current === undefined) return (await isEmpty(c)) ? codePage(c) : undefined
  const { row, answers } = current
  return c.redirect(row.region === null ? `/setup/${nextStep(answers)}` : '/setup/progress', 303)
}

async function enterCode(c: SetupContext): Promise<Response | undefined> {
  const platform = c.get('platform')
  await limit(c, 'sign-in')
  const code = textIn(await readForm(c), 'code')
  const token = await tokenFor(platform, code)
  await refuseGuessing(c, async () => token !== undefined)
  if (token !== undefined) {
    keepToken(c, token)
    return c.redirect('/setup', 303)
  }
  await countRefused(c)
  platform.log('warn', 'setup-code-refused')
  return (await isEmpty(c)) ? codePage(c, true) : undefined
}

async function startByLink(c: SetupContext): Promise<Response | undefined> {
  const code = c.req.param('code') ?? ''
  // Whoever tries too many learns nothing of it either.
  if (
    await limit(c, 'sign-in').then(
      () => false,
      () => true,
    )
  )
    return undefined
  if ((await tokenFor(c.get('platform'), code)) !== undefined) return startPage(c, cleanCode(code))
  await countRefused(c)
  return undefined
}

async function review(c: SetupContext, current: Setup): Promise<Response> {
  const next = nextStep(current.answers)
  if (next !== 'check') return c.redirect(`/setup/${next}`, 303)
  const { issues } = await checkSetup(c.get('platform'), current)
  return checkPage(c, current, issues)
}

async function create(c: SetupContext, current: Setup): Promise<Response> {
  if (nextStep(current.answers) !== 'check') return c.redirect('/setup', 303)
  const version = textIn(await readForm(c), 'version')
  // What was changed in another window since is shown first.
  if (version !== String(current.row.revision)) return c.redirect('/setup/check', 303)
  const issues = await createRegion(c.get('platform'), current, hostOf(c))
  return issues.length > 0 ? checkPage(c, current, issues) : c.redirect('/setup/progress', 303)
}

async function progress(c: SetupContext, current: Setup): Promise<Response> {
  if (current.row.region === null) return c.redirect('/setup', 303)
  try {
    const found = await setupProgress(c.get('platform'), current, hostOf(c))
    return found.state === 'done' ? c.redirect('/setup/done', 303) : progressPage(c, found.progress)
  } catch (error) {
    // Its answers can be changed again.
    if (asProblem(error).slug !== 'bad-request') throw error
    return c.redirect('/setup/check', 303)
  }
}

async function done(c: SetupContext, current: Setup): Promise<Response> {
  const platform = c.get('platform')
  const { region } = current.row
  if (region === null) return c.redirect('/setup', 303)
  const { state } = await setupProgress(platform, current, hostOf(c))
  if (state !== 'done') return c.redirect('/setup/progress', 303)
  const base = await baseOf(c, region)
  if (!(await endUsed(platform, current))) return donePage(c, current, base)
  forgetToken(c)
  return c.redirect(`${base}/`, 303)
}

async function signIn(c: SetupContext, current: Setup): Promise<Response> {
  const { region } = current.row
  if (region === null) return c.redirect('/setup', 303)
  const token = await signInToken(c.get('platform'), current.token)
  if (token === undefined) return c.redirect('/setup/done', 303)
  return c.redirect(`${await baseOf(c, region)}/sign-in/link/${token}`, 303)
}

/** Empty on a host of the region; by path on any other. */
async function baseOf(c: SetupContext, region: string): Promise<string> {
  const { hosts } = await currentHosts(c.get('platform'))
  const named = hosts.get(hostOf(c)) ?? hosts.get('*')
  return named?.region === region ? '' : `/r/${region}`
}

function hostOf(c: SetupContext): string {
  return new URL(c.req.url).hostname.toLowerCase()
}

import type { Context } from 'hono'
import { peekCodeLink, useCodeLink } from '../../identity/sessions/codes.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { viewOf } from '../../web/view.ts'
import { PlainPage } from './frame.tsx'
import { readTo } from './resident.ts'
import { signIn } from './sign-in.tsx'

type PageContext = Context<AppEnv>

export async function linkPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const address = await peekCodeLink(c.get('platform'), c.get('site').region.slug, tokenOf(c))
  if (address === undefined) return linkOver(c)
  return c.html(
    <PlainPage view={view} title={t('account-link-title')}>
      <p class="usa-intro">{t('account-link-text', { address: view.phone(address.value) })}</p>
      <form method="post">
        <button class="usa-button usa-button--big" type="submit">
          {t('account-sign-in')}
        </button>
      </form>
    </PlainPage>,
  )
}

export async function openLink(c: PageContext) {
  const proved = await useCodeLink(c.get('platform'), c.get('site').region.slug, tokenOf(c))
  return proved === undefined ? linkOver(c) : signIn(c, { ...proved, to: readTo(c, proved.to) })
}

function linkOver(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  return c.html(
    <PlainPage view={view} title={t('link-over-title')}>
      <p>{t('link-over-text')}</p>
      <p>
        <a class="usa-button" href={view.href('/account/sign-in')}>
          {t('account-sign-in')}
        </a>
      </p>
    </PlainPage>,
    404,
  )
}

function tokenOf(c: PageContext): string {
  return c.req.param('token') ?? ''
}

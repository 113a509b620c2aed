import type { Child } from 'hono/jsx'
import { type FieldMessage, titled } from '../../web/components/fields.tsx'
import { Page } from '../../web/components/layout.tsx'
import type { PageView } from '../../web/view.ts'

interface Props {
  view: PageView
  title: string
  here: string
  errors?: readonly FieldMessage[]
  children?: Child
}

export function AccountPage({ view, title, here, errors = [], children }: Props) {
  const { t } = view
  const pages = [
    ['/account/cases', t('account-cases-title')],
    ['/account', t('account-you-title')],
    ['/account/history', t('account-history-title')],
    ['/account/data', t('account-data-title')],
  ] as const
  return (
    <Page view={view} title={titled(view, title, errors)} section="/account" personal>
      <div class="wide account">
        <nav class="account__menu" aria-label={t('account-nav')}>
          <ul>
            {pages.map(([path, label]) => (
              <li>
                <a href={view.href(path)} aria-current={here === path ? 'page' : undefined}>
                  {label}
                </a>
              </li>
            ))}
            <li>
              <form method="post" action={view.href('/account/sign-out')}>
                <button class="usa-button usa-button--unstyled" type="submit">
                  {t('account-sign-out')}
                </button>
              </form>
            </li>
          </ul>
        </nav>
        <div class="account__main">
          <h1>{title}</h1>
          {children}
        </div>
      </div>
    </Page>
  )
}

export function PlainPage({ view, title, errors = [], children }: Omit<Props, 'here'>) {
  return (
    <Page view={view} title={titled(view, title, errors)} section="/account" personal>
      <div class="narrow">
        <h1>{title}</h1>
        {children}
      </div>
    </Page>
  )
}

import type { Child } from 'hono/jsx'
import { type FieldMessage, titled } from '../../web/fields.tsx'
import { Page } from '../../web/layout.tsx'
import type { View } from '../../web/view.ts'

interface Props {
  view: View
  title: string
  /** Of the account's own menu. */
  here: string
  faults?: readonly FieldMessage[]
  children?: Child
}

/** A page of a resident's account, with the account's menu. */
export function AccountPage({ view, title, here, faults = [], children }: Props) {
  const { t } = view
  const pages = [
    ['/account/cases', t('account-cases-title')],
    ['/account', t('account-you-title')],
    ['/account/history', t('account-history-title')],
    ['/account/data', t('account-data-title')],
  ] as const
  return (
    <Page view={view} title={titled(view, title, faults)} section="/account" personal>
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

/** Before anybody has signed in, and after. */
export function PlainPage({ view, title, faults = [], children }: Omit<Props, 'here'>) {
  return (
    <Page view={view} title={titled(view, title, faults)} section="/account" personal>
      <div class="narrow">
        <h1>{title}</h1>
        {children}
      </div>
    </Page>
  )
}

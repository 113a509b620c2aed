import type { Child } from 'hono/jsx'
import { BackLink, SignOut } from '../web/components/components.tsx'
import { Page } from '../web/components/layout.tsx'
import type { PageView } from '../web/view.ts'

interface Props {
  view: PageView
  title: string
  script?: string
  children?: Child
}

export function Simple({ view, title, script, children }: Props) {
  return (
    <Page view={view} title={title} script={script} personal>
      <div class="narrow sign-in">
        <h1>{title}</h1>
        {children}
      </div>
    </Page>
  )
}

interface OwnProps extends Props {
  /** The parent page; by default, the staff member's own. */
  back?: { readonly path: string; readonly title: string }
}

export function Own({ view, title, script, back, children }: OwnProps) {
  const { path, title: above } = back ?? { path: '/me', title: view.t('me-title') }
  return (
    <Page view={view} title={title} script={script} personal>
      <div class="narrow sign-in">
        <div class="sign-in__mine">
          <BackLink href={view.href(path)}>{above}</BackLink>
          <SignOut view={view} kind="unstyled" />
        </div>
        <h1>{title}</h1>
        {children}
      </div>
    </Page>
  )
}

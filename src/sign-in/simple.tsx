import type { Child } from 'hono/jsx'
import { BackLink, SignOut } from '../web/components.tsx'
import { Page } from '../web/layout.tsx'
import type { View } from '../web/view.ts'

interface Props {
  view: View
  title: string
  script?: string
  children?: Child
}

/** A page of one column, nobody's but the reader's. */
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
  /** The page above: by default, the reader's own. */
  back?: { readonly path: string; readonly title: string }
}

/** A step of whoever works here and is signed in: with the way back, and out. */
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

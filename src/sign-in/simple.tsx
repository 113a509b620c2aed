import type { Child } from 'hono/jsx'
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

import type { Context } from 'hono'
import type { Problem } from '../core/problem.ts'
import type { Door } from '../regions/site.ts'
import { Page } from './layout.tsx'
import { type View, viewOf } from './view.ts'

/** A problem as a page in the reader's language: what happened, and where to go from here. */
export function problemPage(c: Context<Door>, problem: Problem): Response | Promise<Response> {
  if (problem.retryAfterSeconds !== undefined) c.header('Retry-After', String(problem.retryAfterSeconds))
  const view = viewOf(c)
  return c.html(<ProblemPage view={view} problem={problem} requestId={c.get('requestId')} />, problem.status)
}

function ProblemPage({ view, problem, requestId }: { view: View; problem: Problem; requestId: string }) {
  const { t, site } = view
  const { phone } = site.region.documents.region
  const title = t(`problem-${problem.slug}`)
  return (
    <Page view={view} title={title} personal>
      <div class="narrow">
        <h1>{title}</h1>
        <p class="usa-intro">{t(`problem-${problem.slug}-help`)}</p>
        {problem.status >= 500 && <p>{t('problem-reference', { id: requestId })}</p>}
        <ul class="usa-list">
          <li>
            <a class="usa-link" href={view.href('/')}>
              {t('go-home')}
            </a>
          </li>
          <li>
            <a class="usa-link" href={view.href('/track')}>
              {t('go-track')}
            </a>
          </li>
          <li>
            <a class="usa-link" href={`tel:${phone}`}>
              {t('go-call', { phone })}
            </a>
          </li>
        </ul>
      </div>
    </Page>
  )
}

import { SignOut } from '../../web/components/components.tsx'
import { Languages } from '../../web/components/layout.tsx'
import type { PageView } from '../../web/view.ts'

interface Props {
  view: PageView
  /** Of the signed-in person. */
  me: string
  /** Of the region or jurisdiction. */
  name: string
  /** Which of the sites for staff this is. */
  site: string
  /** The first one is where the name leads, too. */
  links: readonly { readonly path: string; readonly text: string; readonly isCurrent: boolean }[]
}

/** The top of every page for staff and administrators. */
export function Masthead({ view, me, name, site, links }: Props) {
  const { t } = view
  return (
    <header class="masthead masthead--work">
      <div class="masthead__strip">
        <div class="wide row">
          <Languages view={view} />
          <div class="masthead__me">
            <strong>{me}</strong>
            <a href={view.href('/me')}>{t('me-title')}</a>
            <SignOut view={view} kind="unstyled" />
          </div>
        </div>
      </div>
      <div class="wide masthead__bar">
        <a class="masthead__name" href={view.href(links[0]?.path ?? '/')}>
          <strong>{name}</strong>
          <span>{site}</span>
        </a>
        <nav aria-label={t('nav-label')}>
          <ul class="masthead__nav">
            {links.map(({ path, text, isCurrent }) => (
              <li>
                <a href={view.href(path)} aria-current={isCurrent ? 'page' : undefined}>
                  {text}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </header>
  )
}

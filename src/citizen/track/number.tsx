import { raw } from 'hono/html'
import { renderSVG } from 'uqr'
import { type PageView, siteName } from '../../web/view.ts'

interface Props {
  view: PageView
  number: string
}

/** The script adds buttons that copy and share; without it the number can be sent by email. */
export function ShareNumber({ view, number }: Props) {
  const { t } = view
  const title = t('case-title', { number })
  const url = caseUrl(view, number)
  const mail = `mailto:?${new URLSearchParams({ subject: title, body: url })}`.replaceAll('+', '%20')
  return (
    <share-number
      class="share-number"
      data-number={number}
      data-url={url}
      data-title={title}
      data-copy={t('copy-number')}
      data-copied={t('copied-number')}
      data-share={t('share-report')}
      data-print={t('print-report')}
    >
      <a class="usa-link" href={mail}>
        {t('email-report')}
      </a>
    </share-number>
  )
}

/** On paper: the address of the page, to type or to scan. */
export function PrintedLink({ view, number }: Props) {
  const url = caseUrl(view, number)
  return (
    <div class="printed-link">
      {raw(renderSVG(url, { border: 2 }))}
      <p>
        <strong>{siteName(view.site)}</strong>
        <br />
        {view.t('print-scan')}
        <br />
        {url}
      </p>
    </div>
  )
}

function caseUrl(view: PageView, number: string): string {
  return view.site.origin + view.href(`/cases/${number}`)
}

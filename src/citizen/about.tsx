import { Page } from '../web/components/layout.tsx'
import type { PageView } from '../web/view.ts'

export function AboutPage({ view }: { view: PageView }) {
  const { t, site } = view
  const { phone } = site.region.documents.region
  return (
    <Page view={view} title={t('about')}>
      <div class="narrow usa-prose">
        <h1>{t('about')}</h1>
        <h2>{t('about-privacy-title')}</h2>
        <p>{t('about-privacy')}</p>
        <p>{t('about-photos')}</p>
        <p>{t('about-cookies')}</p>
        <h2>{t('about-access-title')}</h2>
        <p>{t('about-access', { phone: view.phone(phone) })}</p>
        <h2>{t('about-data-title')}</h2>
        <p>{t('about-data')}</p>
      </div>
    </Page>
  )
}

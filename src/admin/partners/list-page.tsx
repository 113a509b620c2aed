import type { DocumentValue } from '../../regions/documents/export.ts'
import { Empty } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { openDraft } from '../drafts/open-draft.ts'
import { type AdminPageContext, mayEdit } from '../shell/context.ts'
import { AdminPage, draftPath } from '../shell/frame.tsx'
import { recordsAt, textAt } from '../shell/values.ts'

export const REGION = 'region.yaml'

/** Bodies that are not on the platform, and how requests reach them. */
export async function partnersPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const { draft, me, values } = context
  const partners = recordsAt(values.get(REGION), ['partners'])
  const path = draftPath(draft)
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={t('admin-partners')}>
      <h1>{t('admin-partners')}</h1>
      <p class="usa-intro">{t('admin-partners-intro')}</p>
      {context.isOpen && mayEdit(context, REGION) && (
        <p>
          <a class="usa-button" href={view.href(`${path}/new-partner`)}>
            {t('admin-partner-new')}
          </a>
        </p>
      )}
      {partners.length === 0 ? (
        <Empty>
          <p>{t('admin-no-partners')}</p>
        </Empty>
      ) : (
        <ul class="queue">
          {partners.map(partner => (
            <Item {...{ view, partner }} path={`${path}/partners`} />
          ))}
        </ul>
      )}
    </AdminPage>,
  )
}

function Item({ view, partner, path }: { view: PageView; partner: DocumentValue; path: string }) {
  const id = textAt(partner, ['id'])
  return (
    <li class="queue__item">
      <div class="queue__what">
        <a class="usa-link" href={view.href(`${path}/${encodeURIComponent(id)}`)}>
          <strong>{textAt(partner, ['name']) || id}</strong>
        </a>
      </div>
      <div class="queue__state">{channelText(view, partner)}</div>
      <div class="queue__when">{textAt(partner, ['phone'])}</div>
    </li>
  )
}

function channelText({ t }: PageView, partner: DocumentValue): string {
  switch (textAt(partner, ['forward'])) {
    case 'email':
      return t('admin-partner-by-email', { email: textAt(partner, ['email']) })
    case 'open311':
      return t('admin-partner-by-open311')
    default:
      return t('admin-partner-by-none')
  }
}

import { BackLink } from '../../web/components/components.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { type DraftContext, openDraft } from '../drafts/open-draft.ts'
import { unprovedHosts } from '../hosts/hosts.ts'
import type { AdminPageContext } from '../shell/context.ts'
import { AdminPage, draftPath } from '../shell/frame.tsx'
import { type ChecklistItem, checklistOf } from './checklist.ts'
import { ownSlug } from './profile-page.tsx'

/** What is left before a municipality can go live. Can be left and resumed. */
export async function checklistPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const slug = ownSlug(c, context)
  const { draft, me } = context
  const name = jurisdictionName(context, slug)
  const unproved = (await unprovedHosts(context)).map(({ host }) => host)
  const items = checklistOf(context, slug, new Set(unproved))
  const left = items.filter(({ isDone, isRequired }) => isRequired && !isDone).length
  const path = `${draftPath(draft)}/jurisdictions`
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={name}>
      <BackLink href={view.href(path)}>{t('admin-part-jurisdictions')}</BackLink>
      <h1>{name}</h1>
      <p class="usa-intro">{left === 0 ? t('admin-checklist-complete') : t('admin-left', { count: left })}</p>
      <ol class="checklist">
        {items.map(item => (
          <Item view={view} item={item} href={view.href(`${path}/${slug}/${item.path}`)} />
        ))}
      </ol>
      <p>
        <a class="usa-button" href={view.href(`${draftPath(draft)}/plan`)}>
          {t('admin-draft-check')}
        </a>
      </p>
    </AdminPage>,
  )
}

function Item({ view, item, href }: { view: PageView; item: ChecklistItem; href: string }) {
  const { t } = view
  const state = item.isDone ? 'done' : item.isRequired ? 'required' : 'optional'
  return (
    <li class={`checklist__item checklist__item--${state}`}>
      <span class="checklist__state">
        {item.isDone && <Icon name="check" />}
        <span>{t(`admin-check-${state}`)}</span>
      </span>
      <div>
        <a class="usa-link" href={href}>
          <strong>{t(item.title)}</strong>
        </a>
        <p>{t(item.text)}</p>
      </div>
    </li>
  )
}

export function jurisdictionName({ values }: DraftContext, slug: string): string {
  const name = values.get(`${slug}/jurisdiction.yaml`)?.name
  return typeof name === 'string' ? name : slug
}

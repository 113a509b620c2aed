import type { Child } from 'hono/jsx'
import { problem } from '../../core/problem.ts'
import type { ServiceDocument } from '../../regions/documents/schemas/services.ts'
import { Empty } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, readSubmitted } from '../../workspace/shell/form.tsx'
import { type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdminPageContext, mayEdit } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { editList } from '../shell/item-page.tsx'
import { isRecord } from '../shell/values.ts'
import { findServices, grouped, indexOfCode, layerName, SERVICES, servicesOf } from './catalogue.ts'

/** The region's services by group. */
export async function servicesPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const { draft, me } = context
  const typed = (c.req.query('q') ?? '').slice(0, 100).trim()
  const all = servicesOf(context)
  const found = findServices(all, typed)
  const path = `${draftPath(draft)}/services`
  const editable = context.isOpen && mayEdit(context, SERVICES)
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={t('admin-services')}>
      <h1>{t('admin-services')}</h1>
      <p class="usa-intro">{t('admin-services-intro')}</p>
      {editable && <AddLinks view={view} path={draftPath(draft)} />}
      <SearchForm view={view} path={path} typed={typed} />
      {found.length === 0 ? (
        <Empty>
          <p>{t(all.length === 0 ? 'admin-no-services' : 'services-none')}</p>
        </Empty>
      ) : (
        grouped(view, found).map(({ name, services }) => (
          <section>
            <h2>{name}</h2>
            <ul class="queue">
              {services.map(service => (
                <Item {...{ c, view, service, path }} mayMove={editable && typed === ''} />
              ))}
            </ul>
          </section>
        ))
      )}
    </AdminPage>,
  )
}

function AddLinks({ view, path }: { view: PageView; path: string }) {
  return (
    <p>
      <a class="usa-button" href={view.href(`${path}/new-service`)}>
        {view.t('admin-service-new')}
      </a>{' '}
      <a class="usa-button usa-button--outline" href={view.href(`${path}/import-services`)}>
        {view.t('admin-services-import')}
      </a>
    </p>
  )
}

function SearchForm({ view, path, typed }: { view: PageView; path: string; typed: string }) {
  return (
    <search>
      <form class="search" action={view.href(path)}>
        <label class="usa-sr-only" for="q">
          {view.t('services-search')}
        </label>
        <input class="usa-input" id="q" name="q" type="search" value={typed} autocomplete="off" />
        <button class="usa-button" type="submit">
          {view.t('search')}
        </button>
      </form>
    </search>
  )
}

interface ItemProps {
  c: AdminPageContext
  view: PageView
  service: ServiceDocument
  path: string
  mayMove: boolean
}

function Item({ c, view, service, path, mayMove }: ItemProps) {
  const { t } = view
  const { code, layers, questions = [] } = service
  const own = `${path}/${encodeURIComponent(code)}`
  const name = view.localize(service.name)
  return (
    <li class="queue__item">
      <div class="queue__what">
        <a class="usa-link" href={view.href(own)}>
          <strong>{name}</strong>
        </a>
        <span class="queue__place">{layers.map(layer => layerName(view, layer)).join(' → ')}</span>
      </div>
      <div class="queue__state">
        <a class="usa-link" href={view.href(`${own}/questions`)}>
          {t('admin-questions-count', { count: questions.length })}
          <span class="usa-sr-only">: {name}</span>
        </a>
        {service.private && <span class="mark">{t('admin-service-private')}</span>}
        {service.urgent && <span class="mark">{t('admin-service-urgent')}</span>}
      </div>
      <div class="queue__when">
        {mayMove && <MoveButtons {...{ c, view, name }} action={`${own}/move`} />}
      </div>
    </li>
  )
}

interface MoveProps {
  c: AdminPageContext
  view: PageView
  /** Of what is moved, for screen readers. */
  name: string
  action: string
  children?: Child
}

/** Two buttons: one place up, one place down. */
export function MoveButtons({ c, view, name, action }: MoveProps) {
  return (
    <ActionForm c={c} view={view} action={action}>
      {(['up', 'down'] as const).map(direction => (
        <button
          class="usa-button usa-button--unstyled move"
          type="submit"
          name="move.direction"
          value={direction}
        >
          {view.t(`admin-move-${direction}`)}
          <span class="usa-sr-only">: {name}</span>
        </button>
      ))}
    </ActionForm>
  )
}

/** Moves a service past its neighbor of the same group. */
export async function moveService(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const { code } = serviceOf(c, context)
  const direction = (await readSubmitted(c, 'move')).one('direction')
  const place = { file: SERVICES, path: ['services'], indexOf: (list: unknown) => indexOfCode(list, code) }
  await editList(context, place, (list, index) => {
    const group = groupKey(list[index])
    const step = direction === 'up' ? -1 : 1
    let to = index + step
    while (to >= 0 && to < list.length && groupKey(list[to]) !== group) to += step
    if (to < 0 || to >= list.length) return list
    return list.toSpliced(index, 1).toSpliced(to, 0, list[index])
  })
  return adminDone(c, view, `${draftPath(context.draft)}/services`, 'saved')
}

function groupKey(item: unknown): string {
  return JSON.stringify(isRecord(item) ? (item.group ?? '') : '')
}

/** The service that the path names. Throws `not-found`. */
export function serviceOf(c: AdminPageContext, context: DraftContext): ServiceDocument {
  const code = c.req.param('service')
  const found = servicesOf(context).find(service => service.code === code)
  if (found === undefined) throw problem('not-found')
  return found
}

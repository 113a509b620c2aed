import type { DocumentValue } from '../../regions/documents/export.ts'
import { Alert, BackLink, Empty } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm } from '../../workspace/shell/form.tsx'
import { editDocuments } from '../drafts/drafts.ts'
import { baseValues, type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { jurisdictionName } from '../municipality/checklist-page.tsx'
import { ownSlug } from '../municipality/profile-page.tsx'
import { type AdminPageContext, doingNow, mayEdit } from '../shell/context.ts'
import type { DocumentField } from '../shell/document-form.tsx'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { type ItemForm, itemPage, saveItemPage } from '../shell/item-page.tsx'
import { textsAt, withItem } from '../shell/values.ts'
import { grouped } from './catalogue.ts'
import { serviceOf } from './list-page.tsx'
import { bodiesOf, type Offer, type OwnService, ownServicesOf } from './offered.ts'

/** What a municipality does with each service that falls to it: offers it as it is, adapts it, declines it. */
export async function offeredPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const slug = ownSlug(c, context)
  const { draft, me } = context
  const name = jurisdictionName(context, slug)
  const own = ownServicesOf(context, slug)
  const offers = new Map(own.map(({ service, offer }) => [service.code, offer]))
  const open = own.filter(({ offer }) => offer.kind === 'open').length
  const path = pathOf(context, slug)
  const title = t('admin-offered-title', { name })
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={title}>
      <BackLink href={view.href(`${draftPath(draft)}/jurisdictions/${slug}`)}>{name}</BackLink>
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-offered-intro', { name })}</p>
      {open > 0 && (
        <Alert type="warning">
          <p>{t('admin-offered-open', { count: open })}</p>
        </Alert>
      )}
      {own.length === 0 ? (
        <Empty>
          <p>{t('admin-offered-none')}</p>
        </Empty>
      ) : (
        grouped(
          view,
          own.map(({ service }) => service),
        ).map(({ name, services }) => (
          <section>
            <h2>{name}</h2>
            <ul class="queue">
              {services.map(service => (
                <Item
                  {...{ c, view, context, path }}
                  own={{ service, offer: offers.get(service.code) ?? { kind: 'open' } }}
                  editable={context.isOpen && mayEdit(context, fileOf(slug))}
                />
              ))}
            </ul>
          </section>
        ))
      )}
    </AdminPage>,
  )
}

interface ItemProps {
  c: AdminPageContext
  view: PageView
  context: DraftContext
  own: OwnService
  path: string
  editable: boolean
}

function Item({ c, view, context, own: { service, offer }, path, editable }: ItemProps) {
  const { t } = view
  const name = view.localize(service.name)
  const own = `${path}/${encodeURIComponent(service.code)}`
  const isTaken = offer.kind === 'offered' || offer.kind === 'adapted'
  return (
    <li class="queue__item">
      <div class="queue__what">
        <a class="usa-link" href={view.href(isTaken ? own : `${own}/decline`)}>
          <strong>{name}</strong>
        </a>
      </div>
      <div class="queue__state">{offerText(view, context, offer)}</div>
      <div class="queue__when">
        {editable && isTaken && (
          <a class="usa-link move" href={view.href(`${own}/decline`)}>
            {t('admin-offer-decline')}
            <span class="usa-sr-only">: {name}</span>
          </a>
        )}
        {editable && !isTaken && (
          <ActionForm c={c} view={view} action={`${own}/take`}>
            <button class="usa-button usa-button--unstyled move" type="submit">
              {t('admin-offer-take')}
              <span class="usa-sr-only">: {name}</span>
            </button>
          </ActionForm>
        )}
      </div>
    </li>
  )
}

function offerText({ t }: PageView, context: DraftContext, offer: Offer) {
  if (offer.kind === 'open') return <span class="late">{t('admin-offer-open')}</span>
  if (offer.kind !== 'declined') return t(`admin-offer-${offer.kind}`)
  const body = bodiesOf(context).find(({ id }) => id === offer.servedBy)
  return offer.servedBy === 'nobody'
    ? t('admin-offer-nobody')
    : t('admin-offer-served-by', { name: body?.name ?? offer.servedBy })
}

function pathOf({ draft }: DraftContext, slug: string): string {
  return `${draftPath(draft)}/jurisdictions/${slug}/services`
}

const fileOf = (slug: string) => `${slug}/jurisdiction.yaml`

const openOwn = (c: AdminPageContext) =>
  openDraftToEdit(c, context => mayEdit(context, fileOf(c.req.param('jurisdiction') ?? '')))

export async function adaptPage(c: AdminPageContext) {
  const context = await openDraft(c)
  return itemPage(c, context, adaptForm(c, context))
}

export async function saveAdapted(c: AdminPageContext) {
  const context = await openOwn(c)
  return saveItemPage(c, context, adaptForm(c, context))
}

const adaptFields: readonly DocumentField[] = [
  { name: 'name', label: 'admin-field-name', path: ['name'], kind: 'localized' },
  { name: 'description', label: 'admin-field-description', path: ['description'], kind: 'localized-prose' },
  {
    name: 'deadline',
    label: 'admin-field-deadline',
    hint: 'admin-field-deadline-hint',
    path: ['deadline'],
    kind: 'line',
  },
]

function adaptForm(c: AdminPageContext, context: DraftContext): ItemForm {
  const view = viewOf(c)
  const { t } = view
  const service = serviceOf(c, context)
  const slug = ownSlug(c, context)
  const list = pathOf(context, slug)
  const path = `${list}/${encodeURIComponent(service.code)}`
  const { name, description, deadline } = service
  const shared = [view.localize(name), view.localize(description), deadline].filter(Boolean)
  return {
    file: fileOf(slug),
    title: view.localize(service.name),
    intro: t('admin-adapt-intro', { name: jurisdictionName(context, slug) }),
    path,
    back: { href: list, text: t('admin-services') },
    next: () => list,
    fields: adaptFields,
    locate: () => ['services', service.code],
    more: (
      <>
        <section class="panel" aria-labelledby="shared">
          <h2 id="shared">{t('admin-adapt-shared')}</h2>
          {shared.map(text => (
            <p>{text}</p>
          ))}
        </section>
        <p>
          <a class="usa-link" href={view.href(`${path}/questions`)}>
            {t('admin-questions')}
          </a>
        </p>
      </>
    ),
  }
}

export async function declinePage(c: AdminPageContext) {
  const context = await openDraft(c)
  return itemPage(c, context, declineForm(c, context))
}

export async function saveDeclined(c: AdminPageContext) {
  const context = await openOwn(c)
  return saveItemPage(c, context, declineForm(c, context))
}

function declineForm(c: AdminPageContext, context: DraftContext): ItemForm {
  const view = viewOf(c)
  const { t } = view
  const { code, name } = serviceOf(c, context)
  const slug = ownSlug(c, context)
  const list = pathOf(context, slug)
  const others = bodiesOf(context).filter(({ id }) => id !== slug)
  return {
    file: fileOf(slug),
    title: t('admin-decline-title', { service: view.localize(name) }),
    intro: t('admin-decline-intro', { name: jurisdictionName(context, slug) }),
    path: `${list}/${encodeURIComponent(code)}/decline`,
    back: { href: list, text: t('admin-services') },
    next: () => list,
    locate: () => ['declines', code],
    fields: [
      {
        name: 'servedBy',
        label: 'admin-field-served-by',
        path: ['servedBy'],
        kind: 'choice',
        required: true,
        options: [
          ...others.map(({ id, name }) => [id, { text: name }] as const),
          ['nobody', 'admin-offer-nobody'],
        ],
      },
      {
        name: 'note',
        label: 'admin-field-decline-note',
        hint: 'admin-field-decline-note-hint',
        path: ['note'],
        kind: 'localized-prose',
      },
    ],
    completeDocument: document => {
      const offers = textsAt(document, ['offers'])
      return offers.includes(code)
        ? { ...document, offers: offers.filter(offered => offered !== code) }
        : document
    },
  }
}

/** The municipality offers it, as the region describes it or as it did before. */
export async function takeService(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openOwn(c)
  const { code } = serviceOf(c, context)
  const slug = ownSlug(c, context)
  const edit = (value: DocumentValue | undefined) => {
    const document = withItem(value ?? {}, ['declines', code], undefined)
    const offers = document.offers
    if (!Array.isArray(offers) || offers.includes(code)) return document
    return { ...document, offers: [...textsAt(document, ['offers']), code] }
  }
  const edits = [{ file: fileOf(slug), edit }]
  await editDocuments(context.db, context.draft.id, baseValues(context), edits, doingNow(context))
  return adminDone(c, view, pathOf(context, slug), 'saved')
}

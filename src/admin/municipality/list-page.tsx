import * as v from 'valibot'
import { cleanEmail, cleanLine, isEmail, isLongerThan, MAX_LINE } from '../../core/text.ts'
import { shortSlug, slugOf } from '../../import/boundaries/slug.ts'
import { proposeCode } from '../../import/codes.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import { phone as phoneSchema } from '../../regions/documents/schemas/values.ts'
import { BackLink, Empty } from '../../web/components/components.tsx'
import { ErrorSummary, SelectField, TextField, titled } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import {
  ActionForm,
  type FormState,
  fieldError,
  formStateFor,
  readSubmitted,
  refuseMissing,
  type SubmittedForm,
  typedValue,
} from '../../workspace/shell/form.tsx'
import { editDocuments, renameDraft } from '../drafts/drafts.ts'
import {
  baseValues,
  type DraftContext,
  jurisdictionsOf,
  openDraft,
  openDraftToEdit,
} from '../drafts/open-draft.ts'
import { type AdminPageContext, doingNow, mayEdit } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { checklistOf } from './checklist.ts'

export async function jurisdictionsPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const { draft, me } = context
  const slugs = jurisdictionsOf(context)
  const path = `${draftPath(draft)}/jurisdictions`
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={t('admin-part-jurisdictions')}>
      <h1>{t('admin-part-jurisdictions')}</h1>
      {context.isOpen && context.role === 'administrator' && (
        <p>
          <a class="usa-button" href={view.href(`${path}/new`)}>
            {t('admin-new-jurisdiction')}
          </a>{' '}
          <a
            class="usa-button usa-button--outline"
            href={view.href(`${draftPath(draft)}/municipalities/import`)}
          >
            {t('admin-import')}
          </a>
        </p>
      )}
      {slugs.length === 0 ? (
        <Empty>
          <p>{t('admin-no-jurisdictions')}</p>
        </Empty>
      ) : (
        <ul class="queue">
          {slugs.map(slug => (
            <ListItem {...{ view, context, slug }} href={view.href(`${path}/${slug}`)} />
          ))}
        </ul>
      )}
    </AdminPage>,
  )
}

interface ItemProps {
  view: PageView
  context: DraftContext
  slug: string
  href: string
}

function ListItem({ view, context, slug, href }: ItemProps) {
  const { t } = view
  const { values, base, draft } = context
  const { name } = values.get(`${slug}/jurisdiction.yaml`) ?? {}
  const isNew = !base.jurisdictions.some(one => one.slug === slug)
  const isChanged = [...draft.edits.keys()].some(file => file.startsWith(`${slug}/`))
  const left = checklistOf(context, slug).filter(({ isDone, isRequired }) => isRequired && !isDone).length
  return (
    <li class="queue__item">
      <div class="queue__what">
        <a class="usa-link" href={href}>
          <strong>{typeof name === 'string' ? name : slug}</strong>
        </a>
      </div>
      <div class="queue__state">
        {isNew ? (
          <span class="mark">{t('admin-new')}</span>
        ) : (
          isChanged && <span class="mark">{t('admin-changed')}</span>
        )}
        {left > 0 && <span class="late">{t('admin-left', { count: left })}</span>}
      </div>
      <div class="queue__when">{!mayEdit(context, `${slug}/jurisdiction.yaml`) && t('admin-read-only')}</div>
    </li>
  )
}

const ACTION = 'new'
// The address of this page, where a jurisdiction's own page would be.
const RESERVED = 'new'

export async function newJurisdictionPage(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return newPage(c, context)
}

function newPage(c: AdminPageContext, context: DraftContext, formState?: FormState) {
  const view = viewOf(c)
  const { t } = view
  const { draft, me } = context
  const path = `${draftPath(draft)}/jurisdictions`
  const errors = formState?.errors ?? []
  const title = t('admin-new-jurisdiction')
  const field = (name: string) => ({
    view,
    name: `${ACTION}.${name}`,
    errors,
    value: typedValue(formState, ACTION, name),
  })
  const kinds = ['municipality', 'county', 'special-district', 'agency'] as const
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={titled(view, title, errors)}>
      <BackLink href={view.href(path)}>{t('admin-part-jurisdictions')}</BackLink>
      <ErrorSummary view={view} errors={errors} />
      <h1>{title}</h1>
      <div class="work__form">
        <ActionForm c={c} view={view} action={`${path}/new`}>
          <TextField
            {...field('name')}
            label={t('admin-field-name')}
            autocomplete="off"
            maxlength={200}
            required
          />
          <SelectField
            {...field('kind')}
            label={t('admin-field-kind')}
            required
            values={[typedValue(formState, ACTION, 'kind', 'municipality')]}
            options={kinds.map(value => ({ value, label: t(`admin-kind-${value}`) }))}
          />
          <TextField
            {...field('phone')}
            label={t('field-phone')}
            type="tel"
            autocomplete="off"
            maxlength={40}
            required={false}
          />
          <TextField
            {...field('email')}
            label={t('field-email')}
            type="email"
            autocomplete="off"
            maxlength={200}
            required={false}
          />
          <TextField
            {...field('slug')}
            label={t('admin-field-slug')}
            hint={t('admin-field-slug-hint')}
            autocomplete="off"
            maxlength={48}
            required={false}
          />
          <button class="usa-button" type="submit">
            {t('admin-continue')}
          </button>
        </ActionForm>
      </div>
    </AdminPage>,
    formState === undefined ? 200 : 400,
  )
}

export async function addJurisdiction(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const sent = await readSubmitted(c, ACTION)
  try {
    const { slug, value } = newJurisdiction(context, sent)
    const edit = (before: DocumentValue | undefined) => {
      if (before !== undefined) throw taken()
      return value
    }
    const edits = [{ file: `${slug}/jurisdiction.yaml`, edit }]
    const { db, draft } = context
    await editDocuments(db, draft.id, baseValues(context), edits, doingNow(context))
    if (draft.title === view.t('admin-new-jurisdiction')) {
      await renameDraft(db, draft.id, view.t('admin-add-named', { name: value.name }), doingNow(context))
    }
    return adminDone(c, view, `${draftPath(context.draft)}/jurisdictions/${slug}`, 'saved')
  } catch (error) {
    return newPage(c, context, formStateFor(view, sent, error))
  }
}

function newJurisdiction(context: DraftContext, sent: SubmittedForm) {
  refuseMissing(sent, ['name', 'kind'])
  const name = cleanLine(sent.one('name'))
  if (isLongerThan(name, MAX_LINE)) throw fieldError('name', 'too-long', { max: MAX_LINE })
  const slug = sent.one('slug') || shortSlug(slugOf(name))
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(slug) || slug.length > 48) {
    throw fieldError('slug', 'malformed')
  }
  if (slug === RESERVED || jurisdictionsOf(context).includes(slug)) throw taken()
  const code = proposeCode(name, takenCodes(context))
  return { slug, value: { name, kind: sent.one('kind'), code, ...contactsOf(sent) } }
}

function contactsOf(sent: SubmittedForm) {
  const [phone, email] = [sent.one('phone'), cleanEmail(sent.one('email'))]
  if (phone !== '' && !v.is(phoneSchema, phone)) throw fieldError('phone', 'not-a-phone')
  if (email !== '' && !isEmail(email)) throw fieldError('email', 'not-an-email')
  return { ...(phone !== '' && { phone }), ...(email !== '' && { email }) }
}

function takenCodes({ values }: DraftContext): ReadonlySet<string> {
  const codes = [...values].flatMap(([file, { code }]) => (file.endsWith('/jurisdiction.yaml') ? [code] : []))
  return new Set(codes.filter(code => typeof code === 'string'))
}

function taken() {
  return fieldError('slug', 'taken')
}

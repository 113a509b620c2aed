import { slugOf } from '../../import/boundaries/slug.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { ServiceDocument } from '../../regions/documents/schemas/services.ts'
import { SelectField, TextField } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, fieldError, type SubmittedForm } from '../../workspace/shell/form.tsx'
import { type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdminPageContext, mayEdit } from '../shell/context.ts'
import {
  type DocumentField,
  type DocumentFormState,
  languageName,
  languagesOf,
} from '../shell/document-form.tsx'
import { adminDone, draftPath } from '../shell/frame.tsx'
import { type ItemForm, itemPage, requireSure, saveItemPage } from '../shell/item-page.tsx'
import { isRecord, recordsAt } from '../shell/values.ts'
import { indexOfCode, knownLayers, layerName, SERVICES, servicesOf } from './catalogue.ts'
import { serviceOf } from './list-page.tsx'
import { removeService, usesOf } from './remove.ts'

export async function servicePage(c: AdminPageContext) {
  const context = await openDraft(c)
  return itemPage(c, context, editForm(c, context))
}

export async function saveService(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return saveItemPage(c, context, editForm(c, context))
}

export async function newServicePage(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return itemPage(c, context, newForm(c, context))
}

export async function addService(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return saveItemPage(c, context, newForm(c, context))
}

/** With every mention of it in agreements and in municipalities' documents. */
export async function removeServicePage(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const { code } = serviceOf(c, context)
  await requireSure(c)
  await removeService(context, code)
  return adminDone(c, view, `${draftPath(context.draft)}/services`, 'removed')
}

function editForm(c: AdminPageContext, context: DraftContext): ItemForm {
  const view = viewOf(c)
  const { t } = view
  const service = serviceOf(c, context)
  const { code } = service
  const list = `${draftPath(context.draft)}/services`
  const path = `${list}/${encodeURIComponent(code)}`
  return {
    ...commonForm(view, context, service),
    title: view.localize(service.name),
    intro: t('admin-service-code', { code }),
    path,
    next: () => list,
    locate: document => {
      const index = indexOfCode(document?.services, code)
      return index < 0 ? undefined : ['services', index]
    },
    more: (
      <>
        <p>
          <a class="usa-link" href={view.href(`${path}/questions`)}>
            {t('admin-questions-edit', { count: service.questions?.length ?? 0 })}
          </a>
        </p>
        {context.isOpen && mayEdit(context, SERVICES) && <Remove {...{ c, view, context, service, path }} />}
      </>
    ),
  }
}

function newForm(c: AdminPageContext, context: DraftContext): ItemForm {
  const view = viewOf(c)
  const list = `${draftPath(context.draft)}/services`
  const common = commonForm(view, context)
  return {
    ...common,
    title: view.t('admin-service-new'),
    path: `${draftPath(context.draft)}/new-service`,
    next: ({ code }) => `${list}/${encodeURIComponent(String(code))}/questions`,
    locate: document => ['services', recordsAt(document, ['services']).length],
    complete: (item, sent, document) => {
      const code = sent.one('code') || freeCode(item.name, document)
      if (indexOfCode(document.services, code) >= 0) throw fieldError('code', 'taken')
      return { code, ...common.complete(item, sent, document) }
    },
    extra: formState => (
      <>
        {common.extra(formState)}
        <TextField
          view={view}
          name="item.code"
          label={view.t('admin-field-service-code')}
          hint={view.t('admin-field-service-code-hint')}
          required={false}
          autocomplete="off"
          maxlength={64}
          value={formState?.sent.one('code') ?? ''}
          errors={formState?.errors ?? []}
        />
      </>
    ),
  }
}

/** Made of the name in its first language. */
function freeCode(name: unknown, document: DocumentValue): string {
  const text = typeof name === 'string' ? name : isRecord(name) ? String(Object.values(name)[0] ?? '') : ''
  const words = slugOf(text).slice(0, 60).replace(/-$/, '') || 'service'
  for (let number = 1; ; number++) {
    const code = number === 1 ? words : `${words}-${number}`
    if (indexOfCode(document.services, code) < 0) return code
  }
}

function commonForm(view: PageView, context: DraftContext, service?: ServiceDocument) {
  const groups = groupsOf(view, context)
  const isTyped = (sent: SubmittedForm) =>
    languagesOf(view).some(language => sent.one(`group-${language}`) !== '')
  return {
    file: SERVICES,
    back: { href: `${draftPath(context.draft)}/services`, text: view.t('admin-services') },
    fields: serviceFields(view, context),
    complete: ({ group: _, ...item }: DocumentValue, sent: SubmittedForm, _document: DocumentValue) => {
      const typed = languagesOf(view)
        .map(language => [language, sent.one(`group-${language}`)] as const)
        .filter(([, text]) => text !== '')
      const group = isTyped(sent) ? Object.fromEntries(typed) : groups.get(sent.one('group'))
      return group === undefined ? item : inOrder({ ...item, group })
    },
    also: [['group']],
    extra: (formState: DocumentFormState | undefined) => (
      <GroupFields {...{ view, groups, formState }} stored={view.localize(service?.group)} />
    ),
  }
}

// As people write the file: what it is before what decides.
const ORDER = ['code', 'externalCode', 'name', 'description', 'group']

function inOrder(item: DocumentValue): DocumentValue {
  const keys = [...ORDER.filter(key => key in item), ...Object.keys(item).filter(key => !ORDER.includes(key))]
  return Object.fromEntries(keys.map(key => [key, item[key]]))
}

/** Each group that services have, by its name on this page. */
function groupsOf(view: PageView, context: DraftContext): Map<string, unknown> {
  const named = servicesOf(context).flatMap(({ group }) =>
    group === undefined ? [] : [[view.localize(group), group] as const],
  )
  return new Map(named)
}

interface GroupProps {
  view: PageView
  groups: ReadonlyMap<string, unknown>
  stored: string
  formState: DocumentFormState | undefined
}

function GroupFields({ view, groups, stored, formState }: GroupProps) {
  const { t } = view
  const errors = formState?.errors ?? []
  const chosen = formState?.sent.one('group') ?? stored
  return (
    <>
      {groups.size > 0 && (
        <SelectField
          {...{ view, errors }}
          name="item.group"
          label={t('admin-field-group')}
          required={false}
          any={t('group-other')}
          values={[chosen]}
          options={[...groups.keys()].map(name => ({ value: name, label: name }))}
        />
      )}
      <details class="action">
        <summary>{t('admin-field-group-new')}</summary>
        {languagesOf(view).map(language => (
          <TextField
            {...{ view, errors }}
            name={`item.group-${language}`}
            label={t('admin-in-language', {
              label: t('admin-field-group'),
              language: languageName(t, language),
            })}
            required={false}
            autocomplete="off"
            maxlength={200}
            value={formState?.sent.one(`group-${language}`) ?? ''}
          />
        ))}
      </details>
    </>
  )
}

function serviceFields(view: PageView, context: DraftContext): DocumentField[] {
  const layers = knownLayers(context).map(layer => [layer, { text: layerName(view, layer) }] as const)
  const roles = layers.filter(([layer]) => !layer.startsWith('asset:'))
  return [
    { name: 'name', label: 'admin-field-name', path: ['name'], kind: 'localized', required: true },
    {
      name: 'description',
      label: 'admin-field-description',
      hint: 'admin-field-description-hint',
      path: ['description'],
      kind: 'localized-prose',
    },
    {
      name: 'layers',
      label: 'admin-field-layers',
      hint: 'admin-field-layers-hint',
      path: ['layers'],
      kind: 'ordered',
      required: true,
      options: layers,
    },
    {
      name: 'inform',
      label: 'admin-field-inform',
      hint: 'admin-field-inform-hint',
      path: ['inform'],
      kind: 'choices',
      options: roles,
    },
    {
      name: 'deadline',
      label: 'admin-field-deadline',
      hint: 'admin-field-deadline-hint',
      path: ['deadline'],
      kind: 'line',
    },
    {
      name: 'reopen',
      label: 'admin-field-reopen',
      hint: 'admin-field-reopen-hint',
      path: ['reopenWithin'],
      kind: 'line',
    },
    {
      name: 'keywords',
      label: 'admin-field-keywords',
      hint: 'admin-field-keywords-hint',
      path: ['keywords'],
      kind: 'list',
    },
    {
      name: 'location',
      label: 'admin-field-location',
      path: ['location'],
      kind: 'choice',
      options: [
        ['required', 'admin-location-required'],
        ['optional', 'admin-location-optional'],
      ],
    },
    {
      name: 'private',
      label: 'admin-service-private',
      hint: 'admin-field-private-hint',
      path: ['private'],
      kind: 'flag',
    },
    {
      name: 'urgent',
      label: 'admin-service-urgent',
      hint: 'admin-field-urgent-hint',
      path: ['urgent'],
      kind: 'flag',
    },
  ]
}

interface RemoveProps {
  c: AdminPageContext
  view: PageView
  context: DraftContext
  service: ServiceDocument
  path: string
}

function Remove({ c, view, context, service, path }: RemoveProps) {
  const { t } = view
  const uses = usesOf(context, service.code)
  return (
    <details class="action">
      <summary>{t('admin-service-remove')}</summary>
      <p>{t('admin-service-remove-text')}</p>
      {uses.length > 0 && <p>{t('admin-service-remove-uses', { names: uses.join(', ') })}</p>}
      <ActionForm c={c} view={view} action={`${path}/remove`}>
        <input type="hidden" name="remove.sure" value="yes" />
        <button class="usa-button usa-button--secondary" type="submit">
          {t('admin-service-remove')}
        </button>
      </ActionForm>
    </details>
  )
}

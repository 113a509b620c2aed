import * as v from 'valibot'
import { asProblem, problem } from '../../core/problem.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import { type ServiceDocument, servicesDocument } from '../../regions/documents/schemas/services.ts'
import { BackLink, Empty } from '../../web/components/components.tsx'
import {
  ErrorSummary,
  type FieldMessage,
  fieldId,
  HintAndError,
  TextField,
  titled,
} from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { editDocuments } from '../drafts/drafts.ts'
import { baseValues, type DraftContext, openDraftToEdit } from '../drafts/open-draft.ts'
import { type FoundServices, servicesAt, servicesIn, shippedServices } from '../setup/catalogue.ts'
import { type AdminPageContext, doingNow } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { grouped, indexOfCode, SERVICES, servicesOf } from './catalogue.ts'

const MAX_FILE_BYTES = 1024 * 1024
const MAX_FORM_BYTES = 2 * MAX_FILE_BYTES

interface Shown {
  readonly offered: readonly ServiceDocument[]
  /** A list that was read: what is added comes from it. Undefined: the common services. */
  readonly list?: readonly ServiceDocument[]
  readonly refused?: readonly string[]
  readonly url?: string
  readonly errors?: readonly FieldMessage[]
}

/** Services to add: common ones, or of a list that another program has. */
export async function importPage(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return page(c, context, { offered: await shippedServices(context.platform) })
}

/** Reads an Open311 list by its address or as a file, and shows it before anything is saved. */
export async function readList(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const { url, file } = await readUpload(c)
  try {
    const found = await readFound(context, url, file)
    return page(c, context, {
      offered: found.services,
      list: found.services,
      refused: found.refused,
      url,
    })
  } catch (error) {
    const { slug, detail } = asProblem(error)
    if (slug !== 'bad-request' && slug !== 'partner-unavailable') throw error
    const field = file === undefined ? 'url' : 'list'
    const message = [view.t('admin-list-unreadable'), detail].filter(Boolean).join(' ')
    const errors = [{ field, label: undefined, message }]
    return page(c, context, { offered: await shippedServices(context.platform), url, errors })
  }
}

async function readUpload(c: AdminPageContext) {
  let file: string | undefined
  const form = await readForm(c, {
    withFiles: MAX_FORM_BYTES,
    take: async part => {
      file = new TextDecoder().decode(await part.read(MAX_FILE_BYTES))
    },
  })
  const url = form.get('url')
  return { url: typeof url === 'string' ? url.trim() : '', file }
}

async function readFound(
  { platform }: DraftContext,
  url: string,
  file: string | undefined,
): Promise<FoundServices> {
  if (file !== undefined) return servicesIn(file)
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) throw problem('bad-request')
  return servicesAt(platform, url)
}

/** Adds the chosen ones at the end, as they were shown. */
export async function addServices(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const form = await readForm(c, { bytes: MAX_FORM_BYTES })
  const chosen = new Set(form.getAll('service').map(String))
  const list = form.get('list')
  const offered =
    typeof list === 'string' && list !== '' ? listFrom(list) : await shippedServices(context.platform)
  const edit = (value: DocumentValue | undefined) => {
    const stored: unknown[] = Array.isArray(value?.services) ? value.services : []
    const added = offered.filter(({ code }) => chosen.has(code) && indexOfCode(stored, code) < 0)
    return { ...value, services: [...stored, ...added] }
  }
  const edits = [{ file: SERVICES, edit }]
  await editDocuments(context.db, context.draft.id, baseValues(context), edits, doingNow(context))
  return adminDone(c, view, `${draftPath(context.draft)}/services`, 'saved')
}

// It comes back from the browser, so it is checked again.
function listFrom(text: string): readonly ServiceDocument[] {
  try {
    const read = v.safeParse(servicesDocument, { services: JSON.parse(text) as unknown })
    if (read.success) return read.output.services
  } catch {
    // Said below.
  }
  throw problem('bad-request')
}

function page(c: AdminPageContext, context: DraftContext, shown: Shown) {
  const view = viewOf(c)
  const { t } = view
  const { draft, me } = context
  const { offered, list, refused = [], url = '', errors = [] } = shown
  const taken = new Set(servicesOf(context).map(({ code }) => code))
  const left = offered.filter(({ code }) => !taken.has(code))
  const path = `${draftPath(draft)}/import-services`
  const title = t('admin-services-import')
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={titled(view, title, errors)}>
      <BackLink href={view.href(`${draftPath(draft)}/services`)}>{t('admin-services')}</BackLink>
      <ErrorSummary view={view} errors={errors} />
      <h1>{title}</h1>
      <p class="usa-intro">
        {t(list === undefined ? 'admin-import-common' : 'admin-import-found', { count: left.length })}
      </p>
      {refused.length > 0 && (
        <p>{t('admin-list-refused', { count: refused.length, codes: refused.slice(0, 20).join(', ') })}</p>
      )}
      {left.length === 0 ? (
        <Empty>
          <p>{t('admin-import-nothing')}</p>
        </Empty>
      ) : (
        <form method="post" action={view.href(path)} enctype="multipart/form-data">
          {list !== undefined && <input type="hidden" name="list" value={JSON.stringify(list)} />}
          <Boxes view={view} services={left} areTicked={list !== undefined} />
          <button class="usa-button" type="submit">
            {t('admin-import-add')}
          </button>
        </form>
      )}
      <OtherList {...{ view, url, errors }} action={`${path}/read`} />
    </AdminPage>,
    errors.length === 0 ? 200 : 400,
  )
}

interface BoxesProps {
  view: PageView
  services: readonly ServiceDocument[]
  areTicked: boolean
}

function Boxes({ view, services, areTicked }: BoxesProps) {
  return (
    <>
      {grouped(view, services).map(({ name, services }) => (
        <fieldset class="usa-fieldset">
          <legend class="usa-legend">{name}</legend>
          {services.map(({ code, name, questions = [] }) => (
            <div class="usa-checkbox">
              <input
                class="usa-checkbox__input"
                id={fieldId(`service-${code}`)}
                type="checkbox"
                name="service"
                value={code}
                checked={areTicked}
              />
              <label class="usa-checkbox__label" for={fieldId(`service-${code}`)}>
                {view.localize(name)}
                {questions.length > 0 && (
                  <span class="usa-checkbox__label-description">
                    {view.t('admin-questions-count', { count: questions.length })}
                  </span>
                )}
              </label>
            </div>
          ))}
        </fieldset>
      ))}
    </>
  )
}

interface OtherProps {
  view: PageView
  action: string
  url: string
  errors: readonly FieldMessage[]
}

function OtherList({ view, action, url, errors }: OtherProps) {
  const { t } = view
  return (
    <details class="action" open={errors.length > 0}>
      <summary>{t('setup-list-title')}</summary>
      <form method="post" action={view.href(action)} enctype="multipart/form-data" novalidate>
        <p>{t('setup-list-text')}</p>
        <TextField
          {...{ view, errors }}
          name="url"
          label={t('setup-field-list-url')}
          hint="https://city.example/open311/v2"
          maxlength={500}
          value={url}
        />
        <div class="usa-form-group">
          <label class="usa-label" for={fieldId('list')}>
            {t('setup-field-list-file')}
          </label>
          <HintAndError {...{ view, errors }} name="list" label="" />
          <input class="usa-input" id={fieldId('list')} type="file" name="list" accept=".json,.xml" />
        </div>
        <button class="usa-button usa-button--outline" type="submit">
          {t('setup-list-read')}
        </button>
      </form>
    </details>
  )
}

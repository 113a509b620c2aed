import type { MessageKey } from '../../core/i18n.ts'
import { areaText } from '../../core/measures.ts'
import { MAX_PARTICULARS_BYTES } from '../../import/municipalities/particulars.ts'
import type { MunicipalitiesPlan, MunicipalityRow } from '../../import/municipalities/plan.ts'
import type { Bytes } from '../../platform/platform.ts'
import { Alert, BackLink } from '../../web/components/components.tsx'
import {
  describedBy,
  ErrorSummary,
  type FieldMessage,
  fieldId,
  HintAndError,
  titled,
} from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { editDocuments } from '../drafts/drafts.ts'
import { baseValues, type DraftContext, openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdminPageContext, doingNow } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { importEdits, MAX_COUNTY_BYTES, planImport, type SentImport } from './read-import.ts'

const ACTION = 'import'
const WHOLE = MAX_COUNTY_BYTES + MAX_PARTICULARS_BYTES

interface State {
  readonly errors: readonly FieldMessage[]
  readonly sent?: SentImport
  readonly plan?: MunicipalitiesPlan
}

export async function importPage(c: AdminPageContext) {
  return show(c, await openDraftToEdit(c), { errors: [] })
}

/** The first time with files: a preview, which holds both as text; then to save what it shows. */
export async function previewOrSave(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const { sent, isConfirmed } = await readSent(c)
  const wrong = (['county', 'table'] as const).filter(field => sent[field].length === 0)
  if (wrong.length > 0) {
    const message = view.t('admin-import-file-missing')
    const errors = wrong.map(field => ({ field: `${ACTION}.${field}`, label: undefined, message }))
    return show(c, context, { errors })
  }
  const plan = await planImport(context, sent)
  if ('refusal' in plan) {
    const { why, repair } = plan.refusal
    const message = view.t('admin-boundary-refused', { reason: `${why}. ${repair}.` })
    return show(c, context, { errors: [{ field: `${ACTION}.${plan.field}`, label: undefined, message }] })
  }
  if (!isConfirmed || plan.rows.some(isRefused)) return show(c, context, { errors: [], sent, plan })
  await editDocuments(context.db, context.draft.id, baseValues(context), importEdits(plan), doingNow(context))
  return adminDone(c, view, draftPath(context.draft), 'saved')
}

async function readSent(c: AdminPageContext): Promise<{ sent: SentImport; isConfirmed: boolean }> {
  const files = new Map<string, Bytes>()
  const form = await readForm(c, {
    bytes: WHOLE,
    withFiles: WHOLE,
    take: async part => {
      files.set(
        part.name,
        await part.read(part.name === `${ACTION}.table` ? MAX_PARTICULARS_BYTES : MAX_COUNTY_BYTES),
      )
    },
  })
  const bytes = (name: string) => {
    const written = form.get(`${ACTION}.${name}-text`)
    const text = typeof written === 'string' ? new TextEncoder().encode(written) : new Uint8Array()
    return files.get(`${ACTION}.${name}`) ?? text
  }
  return { sent: { county: bytes('county'), table: bytes('table') }, isConfirmed: form.has(`${ACTION}.save`) }
}

function isRefused({ outcome }: MunicipalityRow): boolean {
  return outcome === 'refused'
}

function show(c: AdminPageContext, context: DraftContext, { errors, sent, plan }: State) {
  const view = viewOf(c)
  const { t } = view
  const { draft, me } = context
  const title = t('admin-import')
  const path = `${draftPath(draft)}/municipalities/import`
  const isUsable = plan !== undefined && !plan.rows.some(isRefused)
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={titled(view, title, errors)}>
      <BackLink href={view.href(`${draftPath(draft)}/jurisdictions`)}>
        {t('admin-part-jurisdictions')}
      </BackLink>
      <ErrorSummary view={view} errors={errors} />
      <h1>{title}</h1>
      {plan && <Preview view={view} plan={plan} />}
      <form
        method="post"
        action={view.href(path)}
        enctype="multipart/form-data"
        novalidate
        class="action__form work__form"
      >
        {isUsable && sent ? (
          <>
            <input type="hidden" name={`${ACTION}.county-text`} value={textOf(sent.county)} />
            <input type="hidden" name={`${ACTION}.table-text`} value={tableText(sent.table)} />
            <button class="usa-button" type="submit" name={`${ACTION}.save`} value="1">
              {t('admin-import-save', { count: plan.rows.length })}
            </button>
          </>
        ) : (
          <>
            <p>{t('admin-import-intro')}</p>
            <FileField {...{ view, errors }} name="county" accept=".geojson,.json" />
            <FileField {...{ view, errors }} name="table" accept=".csv,.txt,.tsv" />
            <button class="usa-button" type="submit">
              {t('admin-import-check')}
            </button>
          </>
        )}
      </form>
    </AdminPage>,
    errors.length === 0 ? 200 : 400,
  )
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

// As it will be read again: in UTF-8, whatever it came in.
function tableText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'windows-1252').decode(bytes)
  }
}

interface FileProps {
  view: PageView
  errors: readonly FieldMessage[]
  name: 'county' | 'table'
  accept: string
}

function FileField({ view, errors, name: field, accept }: FileProps) {
  const name = `${ACTION}.${field}`
  const label = view.t(`admin-import-${field}`)
  const props = { view, name, label, hint: view.t(`admin-import-${field}-hint`), errors }
  const isWrong = errors.some(one => one.field === name)
  return (
    <div class={`usa-form-group${isWrong ? ' usa-form-group--error' : ''}`}>
      <label class="usa-label" for={fieldId(name)}>
        {label}
      </label>
      <HintAndError {...props} />
      <input
        class="usa-file-input"
        id={fieldId(name)}
        name={name}
        type="file"
        accept={accept}
        aria-describedby={describedBy(props)}
        aria-invalid={isWrong || undefined}
      />
    </div>
  )
}

const outcomes = {
  new: 'admin-new',
  changed: 'admin-changed',
  unchanged: 'admin-import-unchanged',
  refused: 'admin-import-refused',
} as const satisfies Readonly<Record<MunicipalityRow['outcome'], MessageKey>>

function Preview({ view, plan: { rows, withoutRow } }: { view: PageView; plan: MunicipalitiesPlan }) {
  const { t, units } = view
  const wrong = rows.filter(isRefused).length
  return (
    <>
      {wrong > 0 && (
        <Alert type="error" live>
          <p>{t('admin-import-wrong', { count: wrong })}</p>
        </Alert>
      )}
      <h2>{t('admin-import-rows')}</h2>
      <ul class="queue">
        {rows.map(row => (
          <li class="queue__item">
            <div class="queue__what">
              <strong>{row.name}</strong>
              {row.issues.map(({ code, severity, detail }) => (
                <p class={severity === 'error' ? 'usa-error-message' : 'quiet'}>
                  {t(`admin-row-${code}`)}
                  {detail && ` (${detail})`}
                </p>
              ))}
            </div>
            <div class="queue__state">
              <span class="mark">{t(outcomes[row.outcome])}</span>
            </div>
            <div class="queue__when">
              {t('admin-import-line', { line: row.line })}
              {row.squareMeters !== undefined && `, ${areaText(units, row.squareMeters)}`}
            </div>
          </li>
        ))}
      </ul>
      {withoutRow.length > 0 && (
        <p class="quiet">{t('admin-import-left', { names: withoutRow.join(', ') })}</p>
      )}
    </>
  )
}

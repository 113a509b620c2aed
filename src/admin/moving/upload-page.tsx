import { asProblem } from '../../core/problem.ts'
import type { Bytes } from '../../platform/platform.ts'
import { MAX_PAST_BYTES, MAX_PAST_ROWS, readPastFile } from '../../requests/past/read-file.ts'
import { Moment } from '../../web/components/components.tsx'
import {
  describedBy,
  type FieldMessage,
  fieldId,
  HintAndError,
  TextField,
} from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { authorizeStaff, type ChangeContext, type StaffPageContext } from '../../workspace/shell/context.ts'
import { submittedOf } from '../../workspace/shell/form.tsx'
import { zoneOf } from '../../workspace/shell/frame.tsx'
import { importPath, movingPage, stateLabels } from './frame.tsx'
import { listImports, MAX_IMPORTS, type StoredImport, storeImport } from './imports.ts'

/* A file of past requests is chosen. Nothing is imported before it was shown what becomes of it. */

const ACTION = 'past'
const FILE = `${ACTION}.file`
const SOURCE = /^[a-z0-9][a-z0-9-]{0,47}$/
const MEGABYTE = 1024 * 1024
// The other fields of the form.
const MORE_BYTES = 16 * 1024

export async function uploadPage(c: StaffPageContext) {
  return show(c, await authorizeStaff(c, 'grants'), { errors: [] })
}

interface State {
  readonly errors: readonly FieldMessage[]
  readonly source?: string
  readonly status?: 400 | 413
}

export async function upload(c: StaffPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeStaff(c, 'grants')
  const { platform, db } = context
  const wrong = (message: string, source?: string, status: 400 | 413 = 400) =>
    show(c, context, {
      errors: [{ field: FILE, label: undefined, message }],
      status,
      ...(source === undefined ? {} : { source }),
    })
  let bytes: Bytes | undefined
  let form: FormData
  try {
    form = await readForm(c, {
      bytes: MORE_BYTES,
      withFiles: MAX_PAST_BYTES + MORE_BYTES,
      take: async part => {
        if (part.name === FILE) bytes = await part.read(MAX_PAST_BYTES)
      },
    })
  } catch (error) {
    if (asProblem(error).slug !== 'too-large') throw error
    return wrong(t('admin-moving-too-large', { max: MAX_PAST_BYTES / MEGABYTE }), undefined, 413)
  }
  const source = submittedOf(form, ACTION).one('source')
  if (!SOURCE.test(source)) {
    const message = t('admin-moving-source-wrong')
    return show(c, context, {
      errors: [{ field: `${ACTION}.source`, label: undefined, message }],
      source,
      status: 400,
    })
  }
  if (bytes === undefined) return wrong(t('admin-import-file-missing'), source)
  if ((await listImports(db)).length >= MAX_IMPORTS)
    return wrong(t('admin-moving-too-many', { max: MAX_IMPORTS }), source)
  const file = await readPastFile(bytes)
  if (file === 'unreadable') return wrong(t('admin-moving-unreadable'), source)
  if (file === 'too-many-rows') return wrong(t('admin-moving-too-many-rows', { max: MAX_PAST_ROWS }), source)
  const id = await storeImport(platform, db, source, file)
  return c.redirect(view.href(importPath(context, id)), 303)
}

async function show(c: StaffPageContext, context: ChangeContext, state: State) {
  const view = viewOf(c)
  const { t } = view
  const { errors } = state
  const list = await listImports(context.db)
  const source = state.source ?? list[0]?.source ?? ''
  const limits = { max: MAX_PAST_BYTES / MEGABYTE, rows: MAX_PAST_ROWS }
  const file = {
    view,
    name: FILE,
    label: t('admin-moving-file'),
    hint: t('admin-moving-file-hint', limits),
    errors,
  }
  const isWrong = errors.some(({ field }) => field === FILE)
  return c.html(
    await movingPage({
      c,
      context,
      title: t('admin-moving-title'),
      back: 'people',
      errors,
      children: (
        <>
          <p class="usa-intro">{t('admin-moving-intro')}</p>
          <p>{t('admin-moving-kept')}</p>
          <form
            method="post"
            action={view.href(importPath(context))}
            enctype="multipart/form-data"
            novalidate
            class="action__form work__form"
          >
            <TextField
              {...{ view, errors }}
              name={`${ACTION}.source`}
              label={t('admin-moving-source')}
              hint={t('admin-moving-source-hint')}
              value={source}
              required
            />
            <div class={`usa-form-group${isWrong ? ' usa-form-group--error' : ''}`}>
              <label class="usa-label" for={fieldId(FILE)}>
                {file.label}
              </label>
              <HintAndError {...file} />
              <input
                class="usa-file-input"
                id={fieldId(FILE)}
                type="file"
                name={FILE}
                accept=".csv,.txt,.tsv,.json,.xml"
                aria-describedby={describedBy(file)}
                aria-invalid={isWrong || undefined}
              />
            </div>
            <button class="usa-button" type="submit">
              {t('admin-moving-check')}
            </button>
          </form>
          <p class="quiet">
            {t('admin-moving-larger')} <code>countyline requests import</code>
          </p>
          {list.length > 0 && <Recent {...{ view, context, list }} />}
        </>
      ),
    }),
    state.status ?? 200,
  )
}

function Recent(props: { view: PageView; context: ChangeContext; list: readonly StoredImport[] }) {
  const { view, context, list } = props
  const { t } = view
  return (
    <>
      <h2>{t('admin-moving-recent')}</h2>
      <ul class="queue">
        {list.map(({ id, source, state, rows, createdAt }) => (
          <li class="queue__item">
            <div class="queue__what">
              <a class="usa-link" href={view.href(importPath(context, id))}>
                {source}
              </a>
              <span class="queue__place">{t('admin-moving-rows', { count: rows })}</span>
            </div>
            <div class="queue__state">
              <span class="mark">{t(stateLabels[state])}</span>
            </div>
            <div class="queue__when">
              <Moment view={view} at={createdAt} zone={zoneOf(view, context)} exact />
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}

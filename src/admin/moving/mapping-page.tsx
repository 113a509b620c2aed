import { problem } from '../../core/problem.ts'
import { localizedText } from '../../regions/runtime/localized.ts'
import {
  missingFields,
  type PastMapping,
  pastFieldNames,
  requiredFields,
} from '../../requests/past/columns.ts'
import { type FieldMessage, fieldMessage, SelectField } from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { authorizeStaff, type ChangeContext, type StaffPageContext } from '../../workspace/shell/context.ts'
import { ActionForm, Fold, type SubmittedForm, submittedOf } from '../../workspace/shell/form.tsx'
import { importPath, movingPage } from './frame.tsx'
import { type PastImport, pastImportOf, saveMapping, startImport } from './imports.ts'
import { MAX_SERVICES, previewOf } from './preview.ts'
import { FirstRows, Outlook } from './preview-parts.tsx'

/* Which column holds what, and which of our services theirs are, with what the file gives by that. */

const ACTION = 'map'
const MAX_FORM_BYTES = 256 * 1024

export async function mappingPage(
  c: StaffPageContext,
  context: ChangeContext,
  row: PastImport,
  errors: readonly FieldMessage[] = [],
) {
  const view = viewOf(c)
  const { t } = view
  const { platform, db, region } = context
  const preview = await previewOf(platform, db, region, row)
  const path = importPath(context, row.id)
  const offered = region.servicesOffered(context.jurisdiction.slug).map(({ code, name }) => ({
    value: code,
    label: localizedText(name, view.language),
  }))
  const columns = row.columns.map((name, index) => ({ value: String(index), label: name }))
  return c.html(
    await movingPage({
      c,
      context,
      title: t('admin-moving-mapping'),
      back: 'imports',
      errors,
      children: (
        <>
          <Outlook {...{ view, preview }} />
          <FirstRows {...{ view, context, preview, region }} />
          <div class="work__form">
            <ActionForm c={c} view={view} action={path}>
              <h2>{t('admin-moving-columns')}</h2>
              <p>{t('admin-moving-columns-text')}</p>
              <div>
                {pastFieldNames.map(field => (
                  <SelectField
                    {...{ view, errors }}
                    name={`${ACTION}.column.${field}`}
                    label={t(`past-field-${field}`)}
                    required={requiredFields.includes(field)}
                    any={t('admin-moving-no-column')}
                    options={columns}
                    values={chosen(row, field)}
                  />
                ))}
              </div>
              {preview.services.length > 0 && (
                <>
                  <h2>{t('admin-moving-services')}</h2>
                  <p>{t('admin-moving-services-text')}</p>
                  {preview.services.map(({ name, count, code }, index) => (
                    <>
                      <input type="hidden" name={`${ACTION}.name.${index}`} value={name} />
                      <SelectField
                        {...{ view, errors: [] }}
                        name={`${ACTION}.service.${index}`}
                        label={t('admin-moving-their-service', { name, count })}
                        required={undefined}
                        any={t('admin-moving-no-service')}
                        options={offered}
                        values={code === undefined ? [] : [code]}
                      />
                    </>
                  ))}
                </>
              )}
              <p>
                <button
                  class="usa-button usa-button--outline"
                  type="submit"
                  name={`${ACTION}.do`}
                  value="check"
                >
                  {t('admin-moving-update')}
                </button>{' '}
                <button class="usa-button" type="submit" name={`${ACTION}.do`} value="start">
                  {t('admin-moving-start')}
                </button>
              </p>
            </ActionForm>
          </div>
          <Fold title={t('admin-moving-discard')} open={false}>
            <ActionForm c={c} view={view} action={`${path}/cancel`}>
              <p>{t('admin-moving-discard-text')}</p>
              <button class="usa-button usa-button--secondary" type="submit">
                {t('admin-moving-discard')}
              </button>
            </ActionForm>
          </Fold>
        </>
      ),
    }),
    errors.length === 0 ? 200 : 400,
  )
}

function chosen({ columns, mapping }: PastImport, field: keyof PastMapping['columns']): string[] {
  const name = mapping.columns[field]
  return name === undefined ? [] : [String(columns.indexOf(name))]
}

/** Saves the mapping, to look again or to start. Throws `wrong-state` once it was started. */
export async function saveOrStart(c: StaffPageContext) {
  const view = viewOf(c)
  const context = await authorizeStaff(c, 'grants')
  const { platform, db } = context
  const row = await pastImportOf(platform, db, c.req.param('import') ?? '')
  if (row.state !== 'uploaded') throw problem('wrong-state')
  const sent = submittedOf(await readForm(c, { bytes: MAX_FORM_BYTES }), ACTION)
  const mapping = readMapping(context, row, sent)
  const errors = missingFields(mapping).map(field =>
    required(view, `${ACTION}.column.${field}`, view.t(`past-field-${field}`)),
  )
  if (errors.length > 0) return mappingPage(c, context, { ...row, mapping }, errors)
  await saveMapping(platform, db, row, mapping)
  if (sent.one('do') === 'start') await startImport(platform, db, row.id, ['uploaded'])
  return c.redirect(view.href(importPath(context, row.id)), 303)
}

function required(view: PageView, field: string, label: string): FieldMessage {
  return fieldMessage(view.t, field, label, { code: 'required' })
}

function readMapping(
  { region, jurisdiction }: ChangeContext,
  row: PastImport,
  sent: SubmittedForm,
): PastMapping {
  const columns = pastFieldNames.flatMap(field => {
    const typed = sent.one(`column.${field}`)
    const name = /^\d{1,3}$/.test(typed) ? row.columns[Number(typed)] : undefined
    return name === undefined ? [] : [[field, name] as const]
  })
  const codes = new Set(region.servicesOffered(jurisdiction.slug).map(({ code }) => code))
  const services = Array.from({ length: MAX_SERVICES }, (_, index) => {
    const name = sent.one(`name.${index}`)
    const code = sent.one(`service.${index}`)
    // Mapped to none, it is left out though we have a service of that name.
    return name === '' ? [] : [[name, codes.has(code) ? code : ''] as const]
  }).flat()
  return {
    columns: Object.fromEntries(columns),
    services: { ...row.mapping.services, ...Object.fromEntries(services) },
  }
}

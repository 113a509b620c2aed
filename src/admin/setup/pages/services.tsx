import { asProblem } from '../../../core/problem.ts'
import { cleanLine } from '../../../core/text.ts'
import type { Platform } from '../../../platform/platform.ts'
import type { ServiceDocument } from '../../../regions/documents/schemas/services.ts'
import { localizedText } from '../../../regions/runtime/localized.ts'
import { type FieldMessage, fieldId, HintAndError, TextField } from '../../../web/components/fields.tsx'
import { type FoundServices, servicesAt, servicesIn } from '../catalogue.ts'
import { offeredServices } from '../documents.ts'
import { SetupPage, type SetupView, StepForm } from '../frame.tsx'
import { type SentForm, type StepPage, textIn, textsIn } from '../step.ts'

const MAX_LIST_BYTES = 1024 * 1024

interface Typed {
  /** `continue` with what is ticked; `read` another list; or go back to the `common` one. */
  readonly act: 'continue' | 'read' | 'common'
  /** Undefined: as before. */
  readonly codes: readonly string[] | undefined
  readonly url: string
  readonly found?: FoundServices & { readonly from: string }
  readonly refused?: { readonly field: 'url' | 'list'; readonly why: string }
}

export const servicesPage: StepPage<Typed> = {
  step: 'services',
  maxFileBytes: MAX_LIST_BYTES,
  typed: () => ({ act: 'continue', codes: undefined, url: '' }),
  read: async (platform, sent) => {
    const codes = textsIn(sent.form, 'service')
    const act = textIn(sent.form, 'act')
    const url = cleanLine(textIn(sent.form, 'url'))
    if (act === 'common') return { act, codes: undefined, url }
    return act === 'read'
      ? { act, codes: undefined, url, ...(await otherList(platform, sent, url)) }
      : { act: 'continue', codes, url }
  },
  check: async (_, { t }, { act, codes, refused }) => {
    if (refused !== undefined) {
      const message = refused.why === '' ? t('setup-error-list') : t('setup-error-list-why', refused)
      return [{ field: refused.field, label: undefined, message }]
    }
    const isEmpty = act === 'continue' && codes?.length === 0
    return isEmpty ? [{ field: 'service', label: undefined, message: t('setup-error-services') }] : []
  },
  save: ({ act, codes = [], found }, _, { row, answers }) => {
    if (act === 'common') return { answers: { services: undefined }, services: null, stays: true }
    if (found !== undefined) {
      const all = found.services.map(({ code }) => code)
      return {
        answers: { services: { from: found.from, codes: all } },
        services: found.services,
        stays: true,
      }
    }
    const from = row.services === null ? '' : (answers.services?.from ?? '')
    return { answers: { services: { from, codes: [...codes] } } }
  },
  page: async ({ platform, view, typed, version, errors, current: { row, answers } }) => {
    const offered = await offeredServices(platform, row.services)
    const ticked = new Set(typed.codes ?? answers.services?.codes ?? offered.map(({ code }) => code))
    const from = row.services === null ? '' : (answers.services?.from ?? '')
    return <Services {...{ view, version, errors, offered, ticked, from }} url={typed.url} />
  },
}

async function otherList(
  platform: Platform,
  { files }: SentForm,
  url: string,
): Promise<Pick<Typed, 'found' | 'refused'>> {
  const file = files.get('list')
  const field = file === undefined ? 'url' : 'list'
  if (file === undefined && !/^https?:\/\/./.test(url)) return { refused: { field, why: '' } }
  if (file === 'too-large') return { refused: { field, why: '' } }
  try {
    if (file !== undefined)
      return { found: { ...servicesIn(new TextDecoder('utf-8').decode(file)), from: 'list' } }
    return { found: { ...(await servicesAt(platform, url)), from: new URL(url).host } }
  } catch (error) {
    const { slug, detail } = asProblem(error)
    if (slug !== 'bad-request' && slug !== 'partner-unavailable' && !(error instanceof TypeError)) throw error
    return { refused: { field, why: detail ?? '' } }
  }
}

interface Props {
  view: SetupView
  offered: readonly ServiceDocument[]
  ticked: ReadonlySet<string>
  /** The host of an imported list, `list` for a file, or empty. */
  from: string
  url: string
  version: string
  errors: readonly FieldMessage[]
}

function Services({ view, offered, ticked, from, url, version, errors }: Props) {
  const { t } = view
  const text =
    from === ''
      ? t('setup-services-text', { count: offered.length })
      : t('setup-services-read', { count: offered.length })
  return (
    <SetupPage view={view} title={t('setup-services-title')} step="services" errors={errors}>
      <p class="usa-intro">{text}</p>
      <StepForm view={view} step="services" version={version}>
        <ServiceBoxes {...{ view, offered, ticked, errors }} />
      </StepForm>
      <OtherList {...{ view, from, url, errors, version }} />
    </SetupPage>
  )
}

function ServiceBoxes({
  view,
  offered,
  ticked,
  errors,
}: Pick<Props, 'view' | 'offered' | 'ticked' | 'errors'>) {
  const { language } = view
  const groups = Map.groupBy(offered, ({ group }) => localizedText(group, language))
  let number = 0
  const idOf = () => (number++ === 0 ? fieldId('service') : `${fieldId('service')}-${number}`)
  return (
    <>
      <HintAndError {...{ view, errors }} name="service" label="" />
      {[...groups].map(([group, services]) => (
        <fieldset class="usa-fieldset setup-services">
          <legend class="usa-legend">{group || view.t('setup-services-other')}</legend>
          {services.map(({ code, name }) => {
            const id = idOf()
            return (
              <div class="usa-checkbox">
                <input
                  class="usa-checkbox__input"
                  id={id}
                  type="checkbox"
                  name="service"
                  value={code}
                  checked={ticked.has(code)}
                />
                <label class="usa-checkbox__label" for={id}>
                  {localizedText(name, language)}
                </label>
              </div>
            )
          })}
        </fieldset>
      ))}
    </>
  )
}

function OtherList({ view, from, url, errors, version }: Omit<Props, 'offered' | 'ticked'>) {
  const { t } = view
  const isOpen = errors.some(({ field }) => field === 'url' || field === 'list')
  const id = fieldId('list')
  return (
    <details class="setup-other" open={isOpen}>
      <summary>{t('setup-list-title')}</summary>
      <form method="post" action="/setup/services" enctype="multipart/form-data" novalidate>
        <input type="hidden" name="version" value={version} />
        <p>{t('setup-list-text')}</p>
        <TextField
          {...{ view, errors }}
          name="url"
          label={t('setup-field-list-url')}
          hint="https://city.example/open311/v2"
          type="url"
          maxlength={500}
          value={url}
        />
        <div class="usa-form-group">
          <label class="usa-label" for={id}>
            {t('setup-field-list-file')}
          </label>
          <HintAndError {...{ view, errors }} name="list" label="" />
          <input class="usa-input" id={id} type="file" name="list" accept=".json,.xml" />
        </div>
        <div class="setup-actions">
          <button class="usa-button usa-button--outline" type="submit" name="act" value="read">
            {t('setup-list-read')}
          </button>
          {from !== '' && (
            <button class="usa-button usa-button--unstyled" type="submit" name="act" value="common">
              {t('setup-list-common')}
            </button>
          )}
        </div>
      </form>
    </details>
  )
}

import type { MessageKey } from '../../core/i18n.ts'
import { randomText } from '../../core/ids.ts'
import type { Bounds } from '../../geography/polygons/bounds.ts'
import {
  ChoiceField,
  describedBy,
  type FieldMessage,
  fieldId,
  HintAndError,
  TextField,
} from '../../web/components/fields.tsx'
import { RegionMap } from '../../web/components/map.tsx'
import type { PageView } from '../../web/view.ts'
import type { AdminPageContext } from '../shell/context.ts'
import { ACTION, type SentBoundary } from './boundary-form.ts'

interface Props {
  c: AdminPageContext
  view: PageView
  action: string
  name: string
  slug: string
  within: Bounds | undefined
  hasBoundary: boolean
  hasChange: boolean
  isEditable: boolean
  seen: string
  sent: SentBoundary | undefined
  errors: readonly FieldMessage[]
}

/** The map of before and after, and the form. Without script there is no map, and the file is GeoJSON. */
export function BoundaryFields(props: Props) {
  const { c, view, action, hasBoundary, isEditable, seen } = props
  const { t } = view
  return (
    <boundary-editor
      class="boundary"
      data-shapes={view.href(`${action}/shapes`)}
      data-name={props.name}
      data-slug={props.slug}
      data-within={props.within?.join(',')}
      data-messages={JSON.stringify(messagesOf(view))}
    >
      <RegionMap view={view} label={t('admin-boundary-map')} class="boundary__map" />
      <p class="boundary__legend quiet" hidden={!props.hasChange}>
        {t('admin-boundary-legend')}
      </p>
      {isEditable && (
        <form
          method="post"
          action={view.href(action)}
          enctype="multipart/form-data"
          novalidate
          class="action__form work__form"
        >
          <input type="hidden" name="once" value={randomText(c.get('platform').random, 24)} />
          <input type="hidden" name={`${ACTION}.seen`} value={seen} />
          <input type="hidden" name={`${ACTION}.geometry`} data-part="geometry" value="" />
          <FileField {...props} />
          <div data-part="area">
            <TextField
              view={view}
              name={`${ACTION}.area`}
              label={t('admin-boundary-area')}
              hint={t('admin-boundary-area-hint')}
              value={props.sent?.area ?? ''}
              required={false}
              errors={props.errors}
            />
          </div>
          {hasBoundary && <When {...props} />}
          <button class="usa-button" type="submit">
            {t('admin-save')}
          </button>
        </form>
      )}
    </boundary-editor>
  )
}

function FileField({ view, errors }: Props) {
  const name = `${ACTION}.file`
  const label = view.t('admin-boundary-file')
  const props = { view, name, label, hint: view.t('admin-boundary-file-hint'), errors }
  const isWrong = errors.some(({ field }) => field === name)
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
        accept=".geojson,.json,.topojson,.zip,.kml,.kmz"
        aria-describedby={describedBy(props)}
        aria-invalid={isWrong || undefined}
      />
    </div>
  )
}

function When({ view, errors, sent }: Props) {
  const { t } = view
  return (
    <>
      <ChoiceField
        view={view}
        name={`${ACTION}.way`}
        label={t('admin-boundary-way')}
        required
        values={[sent?.way || 'replace']}
        options={[
          { value: 'replace', label: t('admin-boundary-way-replace') },
          { value: 'change', label: t('admin-boundary-way-change') },
        ]}
        errors={errors}
      />
      <TextField
        view={view}
        name={`${ACTION}.from`}
        type="date"
        label={t('admin-boundary-from')}
        hint={t('admin-boundary-from-hint')}
        value={sent?.from ?? ''}
        required={false}
        errors={errors}
      />
    </>
  )
}

const texts = {
  reading: 'admin-boundary-reading',
  chosen: 'admin-boundary-chosen',
  choose: 'admin-boundary-choose',
  system: 'admin-boundary-system',
  'system-hint': 'admin-boundary-system-hint',
  'system-fits': 'admin-boundary-system-fits',
  member: 'admin-boundary-member',
  use: 'admin-boundary-use',
  refused: 'admin-boundary-refused',
  large: 'admin-boundary-large',
  draw: 'admin-boundary-draw',
  edit: 'admin-boundary-edit',
  remove: 'admin-boundary-remove',
  'draw-help': 'admin-boundary-draw-help',
  'edit-help': 'admin-boundary-edit-help',
  drawn: 'admin-boundary-drawn',
} as const satisfies Readonly<Record<string, MessageKey>>

function messagesOf({ t }: PageView): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, key]) => [name, t(key, { name: '{name}', reason: '{reason}' })]),
  )
}

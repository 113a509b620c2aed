import { MAX_MEDIA } from '../../requests/draft.ts'
import { describedBy, type FieldMessage, fieldId, HintAndError } from '../../web/components/fields.tsx'
import type { PageView } from '../../web/view.ts'

export function PhotoField({
  view,
  kept,
  errors,
}: {
  view: PageView
  kept: readonly string[]
  errors: readonly FieldMessage[]
}) {
  const { t } = view
  const field = {
    view,
    name: 'media',
    label: t('field-media'),
    hint: t('photos-hint', { max: MAX_MEDIA }),
    errors,
  }
  const hasError = errors.some(error => error.field === 'media')
  return (
    <div class={`usa-form-group${hasError ? ' usa-form-group--error' : ''}`}>
      <label class="usa-label" for={fieldId('media')}>
        {field.label}
        <span class="optional"> {t('optional')}</span>
      </label>
      <HintAndError {...field} />
      {kept.length > 0 && (
        <ul class="kept">
          {kept.map((id, index) => (
            <li class="usa-checkbox">
              <input
                class="usa-checkbox__input"
                type="checkbox"
                id={`kept-${index}`}
                name="media"
                value={id}
                checked
              />
              <label class="usa-checkbox__label" for={`kept-${index}`}>
                {t('photo-saved', { number: index + 1 })}
              </label>
            </li>
          ))}
        </ul>
      )}
      <photo-field data-remove={t('photo-remove')} data-photo={t('photo')} data-max={MAX_MEDIA}>
        <input
          class="photos__input"
          id={fieldId('media')}
          type="file"
          name="photos"
          accept="image/jpeg,image/png,image/webp"
          multiple
          aria-describedby={describedBy(field)}
        />
      </photo-field>
    </div>
  )
}

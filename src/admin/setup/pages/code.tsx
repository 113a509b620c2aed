import { type FieldMessage, TextField } from '../../../web/components/fields.tsx'
import { type SetupContext, SetupPage, setupView } from '../frame.tsx'

export function codePage(c: SetupContext, isWrong = false) {
  const view = setupView(c)
  const { t } = view
  const errors: FieldMessage[] = isWrong
    ? [{ field: 'code', label: undefined, message: t('setup-error-code') }]
    : []
  return c.html(
    <SetupPage view={view} title={t('setup-code-title')} errors={errors}>
      <p class="usa-intro">{t('setup-code-text')}</p>
      <form method="post" action="/setup" novalidate>
        <TextField
          {...{ view, errors }}
          name="code"
          label={t('setup-field-code')}
          hint={t('setup-field-code-hint')}
          autocomplete="off"
          maxlength={200}
          required
          value=""
        />
        <button class="usa-button usa-button--big" type="submit">
          {t('continue')}
        </button>
      </form>
    </SetupPage>,
    isWrong ? 400 : 200,
  )
}

/** Opened by a link with the code in it. A form follows, because mail and chat programs open links in advance. */
export function startPage(c: SetupContext, code: string) {
  const view = setupView(c)
  const { t } = view
  return c.html(
    <SetupPage view={view} title={t('setup-start-title')}>
      <p class="usa-intro">{t('setup-start-text')}</p>
      <form method="post" action="/setup">
        <input type="hidden" name="code" value={code} />
        <button class="usa-button usa-button--big" type="submit">
          {t('continue')}
        </button>
      </form>
    </SetupPage>,
  )
}

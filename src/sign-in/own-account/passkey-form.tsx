import type { Child } from 'hono/jsx'
import type { PageView } from '../../web/view.ts'

export const PASSKEY_SCRIPT = '/assets/passkey.js'

interface Props {
  view: PageView
  action: string
  options: string
  label: string
  children?: Child
}

/** The only part of sign-in that needs script; without it, the page says so. */
export function PasskeyForm({ view, action, options, label, children }: Props) {
  const { t } = view
  const messages = JSON.stringify({ failed: t('passkey-failed'), known: t('passkey-known') })
  return (
    <passkey-form data-options={view.href(options)} data-messages={messages}>
      <p class="usa-hint" data-without>
        {t('passkey-without')}
      </p>
      <form method="post" action={view.href(action)} hidden>
        <input type="hidden" name="answer" value="" />
        {children}
        <button class="usa-button" type="submit">
          {label}
        </button>
        <p class="usa-error-message" role="alert" data-error />
      </form>
    </passkey-form>
  )
}

import type { Child } from 'hono/jsx'
import type { View } from '../web/view.ts'

/** Loaded only by pages that have one. */
export const PASSKEY_SCRIPT = '/assets/passkey.js'

interface Props {
  view: View
  /** Where the answer is sent. */
  action: string
  /** Where the browser asks what it is to do. */
  options: string
  label: string
  children?: Child
}

/** A button that asks the browser for a passkey: the one thing here that needs script, so without it the page says so. */
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
        <p class="usa-error-message" role="alert" data-fault />
      </form>
    </passkey-form>
  )
}

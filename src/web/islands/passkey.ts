import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser'
import { messagesOf } from './dom.ts'

/** A form that is sent with the answer of a passkey in it. Without script, its page says what else there is. */
class PasskeyForm extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector('form')
    if (form === null || !browserSupportsWebAuthn()) return
    this.querySelector('[data-without]')?.remove()
    form.hidden = false
    form.addEventListener('submit', event => {
      event.preventDefault()
      void this.#answer(form)
    })
  }

  async #answer(form: HTMLFormElement) {
    const fault = form.querySelector<HTMLElement>('[data-fault]')
    if (fault) fault.textContent = ''
    try {
      const asked = await fetch(this.dataset.options ?? '', { method: 'POST' })
      if (!asked.ok) return location.reload()
      const options = await asked.json()
      const answer =
        'user' in options
          ? await startRegistration({ optionsJSON: options })
          : await startAuthentication({ optionsJSON: options })
      const field = form.querySelector<HTMLInputElement>('[name=answer]')
      if (field) field.value = JSON.stringify(answer)
      form.submit()
    } catch (error) {
      const { failed = '', known = failed } = messagesOf(this)
      const isKnown =
        error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED'
      if (fault) fault.textContent = isKnown ? known : failed
    }
  }
}

customElements.define('passkey-form', PasskeyForm)

import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser'
import { messagesOf } from './dom.ts'

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
    const message = form.querySelector<HTMLElement>('[data-error]')
    if (message) message.textContent = ''
    try {
      const response = await fetch(this.dataset.options ?? '', { method: 'POST' })
      if (!response.ok) return location.reload()
      const options = await response.json()
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
      if (message) message.textContent = isKnown ? known : failed
    }
  }
}

customElements.define('passkey-form', PasskeyForm)

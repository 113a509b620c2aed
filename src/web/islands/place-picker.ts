import { isNearMe } from '../near-me.ts'
import { element, filled, icon, messagesOf } from './dom.ts'
import type { RegionMap } from './region-map.ts'
import { addSuggestions, placesTyped, type SuggestedPlace } from './suggestions.ts'

/** Each choice shows at once who would handle the report. */
export class PlacePicker extends HTMLElement {
  #messages: Readonly<Record<string, string>> = {}
  /** Who handles the place that was chosen before is no longer of interest. */
  #pending = new AbortController()

  connectedCallback() {
    this.#messages = messagesOf(this)
    const locate = this.#addLocate()
    const input = this.querySelector<HTMLInputElement>('input[name=q]')
    if (input) this.#addSearch(input, locate)
    this.addEventListener('pick', event => {
      if (event instanceof CustomEvent) this.#choose({ ...event.detail, label: '' })
    })
  }

  #say(name: string, values: Readonly<Record<string, string | number>> = {}): string {
    return filled(this.#messages[name], values)
  }

  #addSearch(input: HTMLInputElement, locate: (() => void) | undefined) {
    const here = { lat: 0, long: 0, accuracy: 0, label: this.#say('locate') }
    const meansHere = (typed: string) => locate && isNearMe(typed, this.#say('nearMe'))
    addSuggestions<SuggestedPlace>({
      input,
      find: async (typed, signal) =>
        meansHere(typed) ? [here] : placesTyped(this.dataset.base ?? '', typed, signal),
      choose: place => (place === here ? locate?.() : this.#choose(place, 'move the map')),
      announce: count => (count === 0 ? this.#say('none') : this.#say('suggestions', { count })),
    })
    input.form?.addEventListener('submit', event => {
      if (!meansHere(input.value)) return
      event.preventDefault()
      locate?.()
    })
  }

  /** Returns what the button does. */
  #addLocate(): (() => void) | undefined {
    if (!('geolocation' in navigator)) return undefined
    const button = element('button', { type: 'button', class: 'usa-button usa-button--outline locate' })
    button.append(icon('my_location'), this.#say('locate'))
    const status = element('p', { class: 'locate__status', role: 'status' })
    const locate = () => {
      status.textContent = this.#say('locating')
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          // Never exact: 0 is for an address.
          const accuracy = Math.max(1, Math.ceil(coords.accuracy))
          status.textContent = this.#say('located')
          this.#choose({ lat: coords.latitude, long: coords.longitude, accuracy, label: '' }, 'move the map')
        },
        error => {
          status.textContent = this.#say(error.code === error.PERMISSION_DENIED ? 'refused' : 'failed')
        },
        { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
      )
    }
    button.addEventListener('click', locate)
    this.querySelector('[data-locate]')?.append(button, status)
    return locate
  }

  #choose({ lat, long, accuracy, label }: SuggestedPlace, map?: 'move the map') {
    const form = this.querySelector<HTMLFormElement>('[data-chosen]')
    if (!form) return
    const values = { lat: lat.toFixed(6), long: long.toFixed(6), accuracy: String(accuracy), address: label }
    for (const [name, value] of Object.entries(values)) {
      const field = form.elements.namedItem(name)
      if (field instanceof HTMLInputElement) field.value = value
    }
    form.hidden = false
    if (map) this.querySelector<RegionMap>('region-map')?.mark({ lat, long }, accuracy)
    void this.#showHandler(form, new URLSearchParams(values))
  }

  async #showHandler(form: HTMLFormElement, query: URLSearchParams) {
    const [shown, button] = [form.querySelector('[data-handles]'), form.querySelector('button')]
    if (!shown || !button) return
    this.#pending.abort()
    this.#pending = new AbortController()
    const { signal } = this.#pending
    const answer = await fetch(`${this.dataset.who}?${query}`, { signal }).catch(() => undefined)
    const text = answer?.ok ? await answer.text().catch(() => '') : ''
    if (signal.aborted) return
    const page = new DOMParser().parseFromString(text, 'text/html')
    button.hidden = page.querySelector('[data-choose-again]') !== null
    shown.replaceChildren(...page.body.children)
    if (button.getBoundingClientRect().bottom > innerHeight) form.scrollIntoView({ block: 'nearest' })
  }
}

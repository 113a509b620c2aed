import { element, filled, icon, messagesOf } from './dom.ts'
import type { RegionMap } from './region-map.ts'
import { addSuggestions } from './suggestions.ts'

interface Place {
  readonly lat: number
  readonly long: number
  readonly accuracy: number
  readonly label: string
}

/** Each choice shows at once who would handle the report. */
export class PlacePicker extends HTMLElement {
  #messages: Readonly<Record<string, string>> = {}

  connectedCallback() {
    this.#messages = messagesOf(this)
    const input = this.querySelector<HTMLInputElement>('input[name=q]')
    if (input) {
      addSuggestions<Place>({
        input,
        find: (typed, signal) => this.#find(typed, signal),
        choose: place => this.#choose(place, 'move the map'),
        announce: count => (count === 0 ? this.#say('none') : this.#say('suggestions', { count })),
      })
    }
    this.#addLocate()
    this.addEventListener('pick', event => {
      if (event instanceof CustomEvent) this.#choose({ ...event.detail, label: '' })
    })
  }

  #say(name: string, values: Readonly<Record<string, string | number>> = {}): string {
    return filled(this.#messages[name], values)
  }

  async #find(typed: string, signal: AbortSignal): Promise<Place[]> {
    const query = new URLSearchParams({ q: typed, typing: 'true' })
    const answer = await fetch(`${this.dataset.base}/api/v1/places?${query}`, { signal })
    return answer.ok ? ((await answer.json()) as { places: Place[] }).places : []
  }

  #addLocate() {
    if (!('geolocation' in navigator)) return
    const button = element('button', { type: 'button', class: 'usa-button usa-button--outline locate' })
    button.append(icon('my_location'), this.#say('locate'))
    const status = element('p', { class: 'locate__status', role: 'status' })
    button.addEventListener('click', () => {
      status.textContent = this.#say('locating')
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const accuracy = Math.ceil(coords.accuracy)
          status.textContent = this.#say('located')
          this.#choose({ lat: coords.latitude, long: coords.longitude, accuracy, label: '' }, 'move the map')
        },
        error => {
          status.textContent = this.#say(error.code === error.PERMISSION_DENIED ? 'refused' : 'failed')
        },
        { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
      )
    })
    this.querySelector('[data-locate]')?.append(button, status)
  }

  #choose({ lat, long, accuracy, label }: Place, map?: 'move the map') {
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
    const shown = form.querySelector('[data-handles]')
    if (!shown) return
    const answer = await fetch(`${this.dataset.who}?${query}`).catch(() => undefined)
    if (!answer?.ok) return shown.replaceChildren()
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    shown.replaceChildren(...page.body.children)
    const button = form.querySelector('button')
    if (button && button.getBoundingClientRect().bottom > innerHeight)
      form.scrollIntoView({ block: 'nearest' })
  }
}

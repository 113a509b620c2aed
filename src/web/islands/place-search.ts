import { filled, messagesOf } from './dom.ts'
import { addSuggestions, placesTyped } from './suggestions.ts'

/** A search form that goes to the page of the place that is chosen. */
export class PlaceSearch extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector('form')
    const input = form?.querySelector<HTMLInputElement>('input[name=q]')
    if (!form || !input) return
    const messages = messagesOf(this)
    addSuggestions({
      input,
      find: (typed, signal) => placesTyped(this.dataset.base ?? '', typed, signal),
      choose: ({ lat, long, accuracy, label }) => {
        const place = { lat: String(lat), long: String(long), accuracy: String(accuracy), address: label }
        location.assign(`${form.action}?${new URLSearchParams(place)}`)
      },
      announce: count => (count === 0 ? filled(messages.none, {}) : filled(messages.suggestions, { count })),
    })
  }
}

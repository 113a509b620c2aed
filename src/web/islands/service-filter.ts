import { search } from '../search.ts'

/** Finds services while the reader types; the form still works through the server. */
export class ServiceFilter extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector('input')
    const services = [...this.querySelectorAll<HTMLElement>('[data-all] [data-name]')]
    const things = services.map(({ dataset: { name = '', rest = '' } }) => ({ name, rest }))
    const find = (typed: string) => search(things, typed).flatMap(index => services[index] ?? [])
    input?.addEventListener('input', () => this.#show(input.value, find))
    // What the browser has kept from before the page was left.
    if (input && input.value !== input.defaultValue) this.#show(input.value, find)
  }

  #show(typed: string, find: (typed: string) => HTMLElement[]) {
    const isSearch = typed.trim() !== ''
    const found = isSearch ? find(typed) : []
    const list = this.querySelector('[data-results] .choices')
    list?.replaceChildren(...found.map(service => service.cloneNode(true)))
    this.#hide('[data-results]', found.length === 0)
    this.#hide('[data-empty]', !isSearch || found.length > 0)
    this.#hide('[data-all]', isSearch)
    const count = this.querySelector<HTMLElement>('[data-label]')
    if (count) count.textContent = isSearch ? `${count.dataset.label} ${found.length}` : ''
  }

  #hide(selector: string, isHidden: boolean) {
    const part = this.querySelector<HTMLElement>(selector)
    if (part) part.hidden = isHidden
  }
}

import { search } from '../fold.ts'

/** Filters services while the reader types; the form still works through the server. */
export class ServiceFilter extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector('input')
    const services = [...this.querySelectorAll<HTMLElement>('[data-name]')]
    input?.addEventListener('input', () => this.#show(services, input.value))
    if (input && input.value !== '') this.#show(services, input.value)
  }

  #show(services: readonly HTMLElement[], typed: string) {
    const things = services.map(({ dataset: { name = '', rest = '' } }) => ({ name, rest }))
    const found = search(things, typed).flatMap(index => services[index] ?? [])
    for (const service of services) service.hidden = !found.includes(service)
    const groups = new Set(found.map(service => service.closest<HTMLElement>('.group')))
    for (const group of this.querySelectorAll<HTMLElement>('.group')) group.hidden = !groups.has(group)
    for (const service of found) service.parentElement?.append(service)
    for (const group of groups) group?.parentElement?.append(group)
    const empty = this.querySelector<HTMLElement>('[data-empty]')
    if (empty) empty.hidden = found.length > 0
    const count = this.querySelector<HTMLElement>('[data-label]')
    if (count) count.textContent = `${count.dataset.label} ${found.length}`
  }
}

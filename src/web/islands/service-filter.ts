import { search } from '../fold.ts'

/** Finds services as one types, the likeliest first; the form around the input still asks the server. */
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
    // In their order, each in its group and the groups by the first of theirs.
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

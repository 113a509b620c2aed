import { holdsWords } from '../fold.ts'

/** Narrows the list of services as one types; the form around the input still asks the server. */
export class ServiceFilter extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector('input')
    input?.addEventListener('input', () => this.#narrow(input.value))
    if (input && input.value !== '') this.#narrow(input.value)
  }

  #narrow(typed: string) {
    let found = 0
    for (const group of this.querySelectorAll<HTMLElement>('.group')) {
      let inGroup = 0
      for (const service of group.querySelectorAll<HTMLElement>('[data-words]')) {
        service.hidden = !holdsWords(service.dataset.words ?? '', typed)
        if (!service.hidden) inGroup++
      }
      group.hidden = inGroup === 0
      found += inGroup
    }
    const empty = this.querySelector<HTMLElement>('[data-empty]')
    if (empty) empty.hidden = found > 0
    const count = this.querySelector<HTMLElement>('[data-label]')
    if (count) count.textContent = `${count.dataset.label} ${found}`
  }
}

import type { NamedArea } from '../../../import/boundaries/areas-in-file.ts'
import { element, filled, messagesOf } from '../dom.ts'
import type { RegionMap } from '../region-map.ts'
import type { Answers } from './file-reader.ts'
import type { Shape } from './shapes-on-map.ts'
import type { Drawing } from './terra-drawing.ts'

type Bounds = readonly [west: number, south: number, east: number, north: number]

const MAX_CHARACTERS = 4_000_000

/**
 * The map of a boundary before and after, a file field that reads every format in the browser, and drawing. What is
 * chosen or drawn goes into the form as GeoJSON; the server checks it again.
 */
export class BoundaryEditor extends HTMLElement {
  readonly #status = element('p', { class: 'boundary__status', role: 'status' })
  readonly #questions = element('div', { class: 'boundary__questions' })
  #before: Shape = []
  #after: Shape = []
  #drawing: Drawing | undefined

  connectedCallback() {
    void this.#show()
    const form = this.querySelector('form')
    const input = form?.querySelector<HTMLInputElement>('input[type="file"]')
    if (!form || !input) return
    // The names of areas are offered as a list instead.
    this.#part('area')?.remove()
    input.after(this.#status, this.#questions)
    input.addEventListener('change', () => this.#read(input, {}))
    // A large file stays here: what was read of it is sent.
    form.addEventListener('submit', () => {
      if (this.#field()?.value) input.disabled = true
    })
    addEventListener('pageshow', () => {
      input.disabled = false
    })
    this.#offerDrawing()
  }

  async #show() {
    const answer = await fetch(this.dataset.shapes ?? '')
    if (!answer.ok) return
    const { before, after } = (await answer.json()) as { before: Shape; after: Shape }
    this.#before = before
    if ((this.#field()?.value ?? '') === '') this.#after = after
    await this.#drawShapes()
  }

  async #drawShapes() {
    const drawn = await this.querySelector<RegionMap>('region-map')?.drawn()
    if (drawn === undefined) return
    const { showShapes } = await import('./shapes-on-map.ts')
    showShapes(drawn.map, this.#before, this.#drawing === undefined ? this.#after : [])
    const legend = this.querySelector<HTMLElement>('.boundary__legend')
    const isSame = JSON.stringify(this.#before) === JSON.stringify(this.#after)
    if (legend) legend.hidden = isSame || this.#before.length === 0 || this.#after.length === 0
  }

  async #read(input: HTMLInputElement, answers: Answers) {
    const [file] = input.files ?? []
    this.#questions.replaceChildren()
    this.#put([])
    if (file === undefined) return this.#say('')
    const messages = messagesOf(this)
    this.#say(messages.reading)
    const { readAreas } = await import('./file-reader.ts')
    const read = await readAreas(file, this.#within(), answers).catch(() => ({ refused: '' }))
    if ('refused' in read) return this.#refuse(read.refused)
    if ('question' in read) {
      const { ask, choices } = read.question
      this.#say('')
      return this.#ask(ask, choices, answer => {
        void this.#read(input, { ...answers, [ask === 'member' ? 'member' : 'crs']: answer })
      })
    }
    await this.#choose(read.areas)
  }

  async #choose(areas: readonly NamedArea[]) {
    const { areaCalled } = await import('../../../import/boundaries/areas-in-file.ts')
    const { slug = '', name = '' } = this.dataset
    const [only] = areas
    const found = areaCalled(areas, [slug, name]) ?? (areas.length === 1 ? only : undefined)
    if (areas.length > 1) this.#list(areas, found)
    if (found) await this.#take(found)
    else this.#say('')
  }

  #list(areas: readonly NamedArea[], found: NamedArea | undefined) {
    const id = 'boundary-choice'
    const select = element('select', { class: 'usa-select', id })
    const options = areas.map(({ name }, i) =>
      element('option', { value: String(i), selected: areas[i] === found }, name),
    )
    if (found === undefined) select.append(element('option', { value: '' }, '—'))
    select.append(...options)
    select.addEventListener('change', () => {
      const area = select.value === '' ? undefined : areas[Number(select.value)]
      if (area) void this.#take(area)
    })
    const label = element('label', { class: 'usa-label', for: id }, messagesOf(this).choose ?? '')
    this.#questions.replaceChildren(label, select)
  }

  async #take(area: NamedArea) {
    const { geometryOf } = await import('./file-reader.ts')
    const geometry = geometryOf(area)
    const messages = messagesOf(this)
    if (JSON.stringify(geometry).length > MAX_CHARACTERS) return this.#refuse(messages.large ?? '')
    this.#put(geometry.coordinates as Shape)
    this.#say(filled(messages.chosen, { name: area.name }))
    await this.#drawShapes()
  }

  /** Asks which map of a file, or in which coordinate system: those that fit are offered, none is chosen. */
  #ask(kind: 'coordinate-system' | 'member', choices: readonly string[], answer: (chosen: string) => void) {
    const messages = messagesOf(this)
    const isSystem = kind === 'coordinate-system'
    const id = 'boundary-question'
    const label = element(
      'label',
      { class: 'usa-label', for: id },
      messages[isSystem ? 'system' : 'member'] ?? '',
    )
    const field = isSystem
      ? element('input', {
          class: 'usa-input',
          id,
          list: `${id}-list`,
          autocomplete: 'off',
          'aria-describedby': `${id}-hint`,
        })
      : element('select', { class: 'usa-select', id })
    const offered = isSystem ? element('datalist', { id: `${id}-list` }) : field
    offered.append(
      ...choices.map(choice => element('option', { value: choice.split(' ')[0] ?? choice }, choice)),
    )
    const hint = element('span', { class: 'usa-hint', id: `${id}-hint` })
    if (isSystem) hint.append(messages['system-hint'] ?? '')
    if (isSystem && choices.length > 0)
      hint.append(' ', filled(messages['system-fits'], { name: choices.slice(0, 6).join(', ') }))
    const button = element(
      'button',
      { class: 'usa-button usa-button--outline', type: 'button' },
      messages.use ?? '',
    )
    button.addEventListener('click', () => {
      if (field.value.trim() !== '')
        answer(
          isSystem
            ? field.value.trim()
            : (choices[field instanceof HTMLSelectElement ? field.selectedIndex : 0] ?? ''),
        )
    })
    this.#questions.replaceChildren(label, hint, field, ...(isSystem ? [offered] : []), button)
    field.focus()
  }

  #offerDrawing() {
    const messages = messagesOf(this)
    const row = element('div', { class: 'boundary__drawing' })
    const button = (text: string | undefined, act: () => void) => {
      const made = element('button', { class: 'usa-button usa-button--outline', type: 'button' }, text ?? '')
      made.addEventListener('click', act)
      row.append(made)
      return made
    }
    button(messages.draw, () => this.#draw('draw'))
    button(messages.edit, () => this.#draw('edit'))
    button(messages.remove, () => this.#drawing?.clear())
    this.querySelector('region-map')?.after(row)
  }

  async #draw(way: 'draw' | 'edit') {
    const drawn = await this.querySelector<RegionMap>('region-map')?.drawn()
    if (drawn === undefined) return
    const messages = messagesOf(this)
    if (this.#drawing === undefined) {
      const { startDrawing } = await import('./terra-drawing.ts')
      const first = this.#after
      this.#drawing = startDrawing(drawn.map, first, shape => {
        this.#put(shape)
        this.#say(shape.length > 0 ? messages.drawn : '')
      })
      await this.#drawShapes()
    }
    this.#drawing[way]()
    this.#say(messages[way === 'draw' ? 'draw-help' : 'edit-help'])
  }

  #put(shape: Shape) {
    const field = this.#field()
    if (shape.length > 0) this.#after = shape
    if (field)
      field.value = shape.length === 0 ? '' : JSON.stringify({ type: 'MultiPolygon', coordinates: shape })
  }

  #refuse(reason: string) {
    this.#say(filled(messagesOf(this).refused, { reason }))
    this.#status.classList.add('usa-error-message')
  }

  #say(text: string | undefined) {
    this.#status.classList.remove('usa-error-message')
    this.#status.textContent = text ?? ''
  }

  #within(): Bounds | undefined {
    const [west, south, east, north] = (this.dataset.within ?? '').split(',').map(Number)
    if (west === undefined || south === undefined || east === undefined || north === undefined)
      return undefined
    return [west, south, east, north]
  }

  #field(): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>('input[data-part="geometry"]')
  }

  #part(name: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-part="${name}"]`)
  }
}

customElements.define('boundary-editor', BoundaryEditor)

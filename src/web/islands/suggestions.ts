import { element } from './dom.ts'

export interface Suggestion {
  readonly label: string
  /** Of whoever found it. */
  readonly attribution?: string
}

/** A place of the region, as the JSON API has it. */
export interface SuggestedPlace extends Suggestion {
  readonly lat: number
  readonly long: number
  readonly accuracy: number
}

/** Suggestions of the site at `base`, while somebody types. */
export async function placesTyped(
  base: string,
  typed: string,
  signal: AbortSignal,
): Promise<readonly SuggestedPlace[]> {
  const query = new URLSearchParams({ q: typed, typing: 'true' })
  const answer = await fetch(`${base}/api/v1/places?${query}`, { signal })
  return answer.ok ? ((await answer.json()) as { places: SuggestedPlace[] }).places : []
}

interface Options<T extends Suggestion> {
  readonly input: HTMLInputElement
  readonly find: (typed: string, signal: AbortSignal) => Promise<readonly T[]>
  readonly choose: (chosen: T) => void
  readonly announce: (count: number) => string
}

const WAIT_MILLISECONDS = 150
const MIN_TYPED = 2

/** The ARIA combobox pattern. With nothing selected, Enter submits the form as it does without script. */
export function addSuggestions<T extends Suggestion>({ input, find, choose, announce }: Options<T>): void {
  const id = `${input.id}-suggestions`
  const list = element('ul', { id, role: 'listbox', class: 'suggestions', hidden: true })
  const status = element('p', { class: 'usa-sr-only', role: 'status' })
  const label = document.querySelector(`label[for="${input.id}"]`)
  if (label) {
    label.id ||= `${input.id}-label`
    list.setAttribute('aria-labelledby', label.id)
  }
  input.after(list, status)
  for (const [name, value] of Object.entries({
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': id,
  })) {
    input.setAttribute(name, value)
  }

  let shown: readonly T[] = []
  let active = -1
  let timer = 0
  let pending = new AbortController()

  const activate = (index: number) => {
    active = index
    for (const [at, option] of [...list.children].entries()) {
      option.setAttribute('aria-selected', String(at === index))
      if (at === index) option.scrollIntoView({ block: 'nearest' })
    }
    if (index < 0) input.removeAttribute('aria-activedescendant')
    else input.setAttribute('aria-activedescendant', `${id}-${index}`)
  }
  const show = (found: readonly T[]) => {
    const selected = shown[active]?.label
    shown = found
    list.replaceChildren(...found.map((place, index) => optionOf(place, `${id}-${index}`)))
    list.hidden = found.length === 0
    input.setAttribute('aria-expanded', String(found.length > 0))
    // Newer results must not undo a selection that the arrow keys have just made.
    activate(found.findIndex(({ label }) => label === selected))
  }
  const stop = () => {
    clearTimeout(timer)
    pending.abort()
    pending = new AbortController()
  }
  const close = () => {
    stop()
    show([])
  }
  const take = (index: number) => {
    const chosen = shown[index]
    if (chosen === undefined) return
    input.value = chosen.label
    close()
    choose(chosen)
  }
  const ask = async () => {
    stop()
    const { signal } = pending
    const typed = input.value.trim()
    if (typed.length < MIN_TYPED) return show([])
    try {
      const found = await find(typed, signal)
      if (signal.aborted) return
      show(found)
      status.textContent = announce(found.length)
    } catch {
      if (!signal.aborted) show([])
    }
  }

  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = window.setTimeout(ask, WAIT_MILLISECONDS)
  })
  input.addEventListener('keydown', event => {
    if (list.hidden) {
      if (event.key === 'ArrowDown') void ask()
      return
    }
    const last = shown.length - 1
    if (event.key === 'ArrowDown') activate(active >= last ? 0 : active + 1)
    else if (event.key === 'ArrowUp') activate(active <= 0 ? last : active - 1)
    else if (event.key === 'Escape') close()
    else if (event.key === 'Enter' && active >= 0) take(active)
    else return
    event.preventDefault()
  })
  input.addEventListener('blur', close)
  // Before the blur that the click would cause.
  list.addEventListener('pointerdown', event => {
    event.preventDefault()
    const option = event.target instanceof Element ? event.target.closest('[role=option]') : null
    if (option) take([...list.children].indexOf(option))
  })
}

function optionOf({ label, attribution }: Suggestion, id: string): HTMLLIElement {
  const option = element('li', { id, role: 'option', 'aria-selected': 'false' }, label)
  if (attribution !== undefined) option.append(element('small', {}, attribution))
  return option
}

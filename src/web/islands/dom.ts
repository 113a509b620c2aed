/* The little that the islands need to build HTML. Text is always text: nothing here takes markup. */

type Props = Readonly<Record<string, string | boolean | undefined>>

/** An element with attributes (`true` for one without a value) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Props = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children)
  return made
}

export function icon(name: string): SVGElement {
  const namespace = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(namespace, 'svg')
  svg.setAttribute('class', 'usa-icon')
  svg.setAttribute('aria-hidden', 'true')
  const use = document.createElementNS(namespace, 'use')
  use.setAttribute('href', `/assets/icons.svg#${name}`)
  svg.append(use)
  return svg
}

/** The texts that the page hands to its script, in the reader's language. */
export function messagesOf(host: HTMLElement): Readonly<Record<string, string>> {
  return JSON.parse(host.dataset.messages ?? '{}') as Record<string, string>
}

/** Puts values where a text has their names in braces. */
export function filled(text: string | undefined, values: Readonly<Record<string, string | number>>): string {
  return (text ?? '').replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

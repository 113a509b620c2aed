/* A minimal builder for HTML. Text is never parsed as markup. */

type Props = Readonly<Record<string, string | boolean | undefined>>

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

export function messagesOf(host: HTMLElement): Readonly<Record<string, string>> {
  return dataOf<Record<string, string>>(host, 'messages') ?? {}
}

/** What a component has written as JSON into an attribute `data-…`. */
export function dataOf<T>(host: HTMLElement, name: string): T | undefined {
  const written = host.dataset[name]
  return written === undefined ? undefined : (JSON.parse(written) as T)
}

export function filled(text: string | undefined, values: Readonly<Record<string, string | number>>): string {
  return (text ?? '').replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

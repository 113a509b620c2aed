import { ServiceFilter } from './service-filter.ts'

/* What the script adds to pages that work without it. Each element improves the HTML that is already in it. */
customElements.define('service-filter', ServiceFilter)

/* The summary of faults is read first, wherever the browser would have put the reader. */
document.querySelector<HTMLElement>('[data-focus]')?.focus()

import { element } from './dom.ts'

const SHOWN_MILLISECONDS = 4000

/** Buttons that copy the tracking number, share the page's address and print it, where the browser can. */
export class ShareNumber extends HTMLElement {
  connectedCallback() {
    const { number = '', url = '', title = '', copy, copied, share, print } = this.dataset
    const status = element('span', { role: 'status', class: 'share-number__status' })
    const buttons: HTMLElement[] = []
    if ('clipboard' in navigator) {
      buttons.push(
        button(copy, async () => {
          await navigator.clipboard.writeText(number)
          status.textContent = copied ?? ''
          setTimeout(() => status.replaceChildren(), SHOWN_MILLISECONDS)
        }),
      )
    }
    if ('share' in navigator) {
      this.querySelector('a')?.remove()
      // A person who closes the menu has not failed at anything.
      buttons.push(button(share, () => navigator.share({ title, url }).catch(() => undefined)))
    }
    buttons.push(button(print, () => window.print()))
    this.prepend(...buttons)
    this.append(status)
  }
}

function button(label: string | undefined, act: () => unknown): HTMLElement {
  const made = element('button', { type: 'button', class: 'usa-button usa-button--outline' }, label ?? '')
  made.addEventListener('click', act)
  return made
}

/** Chooses the browser's own time zone in a list of them, while nothing is chosen. */
export class TimeZoneField extends HTMLElement {
  connectedCallback() {
    const list = this.querySelector('select')
    if (list === null || list.value !== '' || !this.hasAttribute('suggest')) return
    list.value = new Intl.DateTimeFormat().resolvedOptions().timeZone
    // A zone that is not in the list: nothing stays chosen.
    if (list.selectedIndex < 0) list.selectedIndex = 0
  }
}

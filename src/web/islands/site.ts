import { EmergencyWatch } from './emergency-watch.ts'
import { PhotoField } from './photo-field.ts'
import { PlacePicker } from './place-picker.ts'
import { PlaceSearch } from './place-search.ts'
import { RegionMap } from './region-map.ts'
import { guardForm } from './report-form.ts'
import { ServiceFilter } from './service-filter.ts'
import { ShareNumber } from './share-number.ts'
import { TimeZoneField } from './time-zone-field.ts'

customElements.define('emergency-watch', EmergencyWatch)
customElements.define('region-map', RegionMap)
customElements.define('service-filter', ServiceFilter)
customElements.define('place-picker', PlacePicker)
customElements.define('place-search', PlaceSearch)
customElements.define('photo-field', PhotoField)
customElements.define('share-number', ShareNumber)
customElements.define('time-zone-field', TimeZoneField)
for (const form of document.querySelectorAll<HTMLFormElement>('.report-form')) guardForm(form)

/* Where a form keeps what was typed when the language changes, the language links of the header do too. */
for (const link of document.querySelectorAll<HTMLAnchorElement>('.languages a'))
  link.addEventListener('click', event => {
    const button = document.querySelector<HTMLButtonElement>(`button[name="speak"][value="${link.lang}"]`)
    if (button === null) return
    event.preventDefault()
    button.click()
  })

/* The error summary gets the focus, wherever the browser would have put it. */
document.querySelector<HTMLElement>('[data-focus]')?.focus()

/** Guards a report being written: asks before it is left, and sends it once however often the button is pressed. */
export function guardForm(form: HTMLFormElement): void {
  let isChanged = false
  let isSent = false
  form.addEventListener('input', () => {
    isChanged = true
  })
  form.addEventListener('submit', event => {
    if (isSent) event.preventDefault()
    isSent = true
    form.setAttribute('aria-busy', 'true')
  })
  addEventListener('beforeunload', event => {
    if (isChanged && !isSent) event.preventDefault()
  })
  // Back from the next page, it may be sent again.
  addEventListener('pageshow', () => {
    isSent = false
    form.removeAttribute('aria-busy')
  })
}

/** Warns before the page is left with unsent changes, and submits once however often the button is clicked. */
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
  addEventListener('pageshow', () => {
    isSent = false
    form.removeAttribute('aria-busy')
  })
}

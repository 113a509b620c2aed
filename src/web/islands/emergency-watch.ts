import { type EmergencyWords, emergenciesIn } from '../../regions/emergencies/match.ts'

const WORDS = 'textarea, [type=search], [name=address], [type=text][name^="answers."]'

/** Shows what to do and whom to call while an emergency is being typed. What is typed is not sent. */
export class EmergencyWatch extends HTMLElement {
  #topics: Promise<readonly EmergencyWords[]> | undefined

  connectedCallback() {
    const field = document.getElementById(this.dataset.field ?? '')
    field?.addEventListener('focusin', () => void this.#load())
    field?.addEventListener('input', () => void this.#show(field))
  }

  #load(): Promise<readonly EmergencyWords[]> {
    this.#topics ??= fetch(this.dataset.words ?? '').then(answer => answer.json())
    // Without a connection it is tried again at the next key; the server looks at what is sent anyway.
    this.#topics.catch(() => {
      this.#topics = undefined
    })
    return this.#topics.catch(() => [])
  }

  async #show(field: HTMLElement) {
    const topics = await this.#load()
    const fields = [field, ...field.querySelectorAll(WORDS)].filter(
      one => one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement,
    )
    const found = emergenciesIn(topics, fields.map(({ value }) => value).join('\n'))
    for (const part of this.querySelectorAll<HTMLElement>('[data-topics]'))
      part.hidden = !(part.dataset.topics ?? '').split(' ').some(id => found.includes(id))
    const advice = this.querySelector<HTMLElement>('.emergency')
    if (advice) advice.hidden = found.length === 0
  }
}

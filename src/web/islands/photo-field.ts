import { element, icon } from './dom.ts'

/** Pixels of the longest side, and the bytes from which a photo is made smaller. */
const MAX_EDGE = 2048
const HEAVY = 1_000_000
const QUALITY = 0.85

export class PhotoField extends HTMLElement {
  #files: File[] = []

  connectedCallback() {
    const input = this.querySelector('input')
    if (!input) return
    const list = element('ul', { class: 'previews' })
    input.after(list)
    input.addEventListener('change', async () => {
      const max = Number(this.dataset.max)
      const added = await Promise.all([...(input.files ?? [])].map(smaller))
      this.#files = [...this.#files, ...added].slice(0, max)
      this.#show(input, list)
    })
  }

  #show(input: HTMLInputElement, list: HTMLElement) {
    const chosen = new DataTransfer()
    for (const file of this.#files) chosen.items.add(file)
    input.files = chosen.files
    list.replaceChildren(
      ...this.#files.map((file, index) => {
        const name = `${this.dataset.photo} ${index + 1}`
        const picture = element('img', { alt: name, src: URL.createObjectURL(file) })
        picture.addEventListener('load', () => URL.revokeObjectURL(picture.src))
        const remove = element('button', {
          type: 'button',
          class: 'previews__remove',
          'aria-label': `${this.dataset.remove}: ${name}`,
        })
        remove.append(icon('close'))
        remove.addEventListener('click', () => {
          this.#files = this.#files.filter(other => other !== file)
          this.#show(input, list)
          input.focus()
        })
        return element('li', {}, picture, remove)
      }),
    )
  }
}

/** Returns the file itself if the browser cannot decode it: the server then reports the error. */
async function smaller(file: File): Promise<File> {
  if (file.size < HEAVY) return file
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' })
    const scale = Math.min(1, MAX_EDGE / Math.max(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(picture.width * scale)
    canvas.height = Math.round(picture.height * scale)
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
    const blob = await new Promise<Blob | null>(done => canvas.toBlob(done, 'image/jpeg', QUALITY))
    if (blob === null || blob.size >= file.size) return file
    return new File([blob], file.name.replace(/\.\w+$/, '.jpg'), { type: 'image/jpeg' })
  } catch {
    return file
  }
}

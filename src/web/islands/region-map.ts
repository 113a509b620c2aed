import type { DrawnMap } from './map/draw.ts'

/** Drawn only when it comes into view, or on a click for readers who save data. */
export class RegionMap extends HTMLElement {
  #drawn: Promise<DrawnMap | undefined> | undefined

  connectedCallback() {
    const button = this.querySelector('button')
    button?.addEventListener('click', () => this.#draw())
    if (savesData()) return
    const watch = new IntersectionObserver(entries => {
      if (!entries.some(entry => entry.isIntersecting)) return
      watch.disconnect()
      this.#draw()
    })
    watch.observe(this)
  }

  /** Draws it now, if it is not drawn yet; undefined where it cannot be. */
  drawn(): Promise<DrawnMap | undefined> {
    return this.#draw()
  }

  /** `accuracy` in meters. */
  async mark(place: { lat: number; long: number }, accuracy: number) {
    const drawn = await this.#draw()
    drawn?.mark(place, accuracy)
  }

  #draw(): Promise<DrawnMap | undefined> {
    this.#drawn ??= import('./map/draw.ts')
      .then(({ drawMap }) => drawMap(this))
      .catch(() => {
        this.classList.add('is-failed')
        return undefined
      })
    return this.#drawn
  }
}

function savesData(): boolean {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } }
  return connection?.saveData === true
}

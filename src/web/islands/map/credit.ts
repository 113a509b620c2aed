const LICENSE = 'https://www.openstreetmap.org/copyright'

/** As HTML. OpenStreetMap asks that its name leads to its license. */
export function creditOf(attribution: string): string {
  return attribution
    .replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
    .replace('OpenStreetMap', `<a href="${LICENSE}">OpenStreetMap</a>`)
}

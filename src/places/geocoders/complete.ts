import { fold } from '../../core/spelling.ts'
import { parseAddress } from '../address/parse.ts'

/** With what is missing of `city` ("Springfield, IL"): the whole of it, or only its state after the name of a city. */
export function completed(text: string, city: string | undefined): string {
  const [name = '', state = ''] = city?.split(', ') ?? []
  const typed = parseAddress(text)
  if (name === '' || typed.state !== undefined || typed.postcode !== undefined) return text
  const isNamed = typed.city !== undefined || ` ${fold(text)}`.endsWith(` ${fold(name)}`)
  return isNamed ? `${text}, ${state}` : `${text}, ${name}, ${state}`
}

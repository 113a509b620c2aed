import type { ParsedAddress } from './parse.ts'
import { countryName } from './states.ts'

/** In one line, as people write it; `parseAddress` reads the same parts from it. */
export function formatAddress(address: ParsedAddress): string {
  const { units, city, state, postcode, country } = address
  const region = [state, postcode].filter(part => part !== undefined).join(' ')
  const parts = [...placeOf(address), ...units, city, region, country && countryName(country)]
  return parts.filter(part => part !== undefined && part !== '').join(', ')
}

function placeOf(address: ParsedAddress): readonly (string | undefined)[] {
  switch (address.kind) {
    case 'address': {
      const number = address.number?.key.replace(/[a-z]+$|^[a-z]\d+[a-z]/, letters => letters.toUpperCase())
      const street = [number, address.street.text].filter(part => part !== undefined).join(' ')
      return [address.name, street, address.box && `PO BOX ${address.box}`]
    }
    case 'corner':
      return [address.streets.map(street => street.text).join(' & ')]
    case 'box':
      return [address.name, boxText(address.box, address.route)]
    case 'coordinates':
      return [`${address.lat.toFixed(DECIMALS)}, ${address.long.toFixed(DECIMALS)}`]
    case 'plus-code':
      return [address.code]
    case 'words':
      return [address.name]
  }
}

// About a centimeter.
const DECIMALS = 7

function boxText(box: string | undefined, route: string | undefined): string {
  const number = box === undefined ? undefined : `${route === undefined ? 'PO BOX' : 'BOX'} ${box}`
  return [route === undefined ? undefined : `RR ${route}`, number]
    .filter(part => part !== undefined)
    .join(' ')
}

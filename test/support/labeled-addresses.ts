import { readFileSync } from 'node:fs'
import { XMLParser } from 'fast-xml-parser'
import type { AddressPart, LabeledWord } from '../../src/places/address/tokens.ts'

/**
 * Our part for each label of `usaddress`, whose labels are the United States Thoroughfare, Landmark, and Postal Address Data
 * Standard's. Ours has one name where theirs tells persons from buildings, and one unit where theirs tells mail stops.
 */
const partOf: Readonly<Record<string, AddressPart>> = {
  AddressNumber: 'number',
  StreetNamePreDirectional: 'preDirectional',
  StreetNamePreType: 'preType',
  StreetName: 'street',
  StreetNamePostType: 'postType',
  StreetNamePostDirectional: 'postDirectional',
  OccupancyType: 'unitType',
  OccupancyIdentifier: 'unit',
  SubaddressType: 'unitType',
  SubaddressIdentifier: 'unit',
  USPSBoxGroupType: 'routeType',
  USPSBoxGroupID: 'route',
  USPSBoxType: 'boxType',
  USPSBoxID: 'box',
  Recipient: 'name',
  BuildingName: 'name',
  PlaceName: 'city',
  StateName: 'state',
  ZipCode: 'postcode',
  CountryName: 'country',
  NotAddress: 'other',
}

/** Part → its words, without spaces and punctuation. */
export type Parts = ReadonlyMap<AddressPart, string>

export interface LabeledAddress {
  readonly text: string
  readonly parts: Parts
}

const parser = new XMLParser({
  preserveOrder: true,
  trimValues: false,
  parseTagValue: false,
  htmlEntities: true,
})

export function labeledAddresses(path: string): LabeledAddress[] {
  const [collection] = parser
    .parse(readFileSync(path, 'utf8'))
    .filter((node: object) => 'AddressCollection' in node)
  return collection.AddressCollection.filter((node: object) => 'AddressString' in node).map(
    ({ AddressString: nodes }: { AddressString: Record<string, { '#text': string }[] & string>[] }) => {
      const words = nodes.map(node => {
        const [label = '', value] = Object.entries(node)[0] ?? []
        return label === '#text'
          ? { text: String(value) }
          : { text: String(value?.[0]?.['#text'] ?? ''), part: partOf[label] ?? 'other' }
      })
      return { text: words.map(word => word.text).join(''), parts: joined(words) }
    },
  )
}

export function partsOf(words: readonly LabeledWord[]): Parts {
  return joined(words)
}

function joined(words: readonly { text: string; part?: AddressPart }[]): Parts {
  const parts = new Map<AddressPart, string>()
  for (const { text, part } of words) {
    const plain = text.replace(/[^\p{L}\p{N}]/gu, '')
    if (part && plain !== '') parts.set(part, (parts.get(part) ?? '') + plain)
  }
  return parts
}

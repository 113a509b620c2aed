import type { AddressPart } from './tokens.ts'

const ROUTE =
  '(?:r r|rr|rural (?:route|rte|rt)|rfd|hcr|h c|hc(?: r| route| rte)?|(?:highway|hwy) contract(?: route| rte)?|star (?:route|rte|rt)|psc|cmr)'
const BOX =
  '(?:p ?o box|post office box|(?:lock |postal |caller |route )?box|pob|drawer|apartado(?: postal)?|bwat postal|postfach|bp)'
const NUMBER = '(?:(?:#|no) )?(?:\\d[\\da-z-]{0,9}|[a-z]{1,2}\\d[\\da-z-]{0,8})'
const LETTERS = '(?:(?:#|no) )?[a-z]{1,3}'
const box = new RegExp(
  `(?<= |^)(?:(${ROUTE}|(?:route|rte|rt)(?= \\S+ box)) (${NUMBER}) )?(?:(${BOX}) (${NUMBER})|(p ?o box|post office box) (${LETTERS}))(?= |$)`,
)
const route = new RegExp(`(?<= |^)(${ROUTE}) (${NUMBER})(?= |$)`)

export interface Box {
  readonly start: number
  readonly parts: readonly AddressPart[]
}

/** A post box, with its rural or contract route if it has one (Publication 28, sections 24, 25 and 28). */
export function boxIn(keys: readonly string[]): Box | undefined {
  const text = keys.map(key => key.replaceAll(' ', '-')).join(' ')
  const found = box.exec(text) ?? route.exec(text)
  if (!found) return undefined
  const [, routeType, routeNumber, boxType = found[5], boxNumber = found[6]] = found
  return {
    start: text.slice(0, found.index).split(' ').length - 1,
    parts: [
      ...labels(routeType, 'routeType'),
      ...labels(routeNumber, 'route'),
      ...labels(boxType, 'boxType'),
      ...labels(boxNumber, 'box'),
    ],
  }
}

function labels(words: string | undefined, part: AddressPart): AddressPart[] {
  return words === undefined ? [] : words.split(' ').map(() => part)
}

import type { DocumentValue } from '../../regions/documents/export.ts'
import type { DocumentPath } from '../../regions/documents/issue.ts'
import { editDocuments } from '../drafts/drafts.ts'
import { baseValues, type DraftContext, jurisdictionsOf } from '../drafts/open-draft.ts'
import { doingNow } from '../shell/context.ts'
import { valueAt } from '../shell/document-form.tsx'
import { isRecord, recordAt, recordsAt, textAt, withItem } from '../shell/values.ts'
import { REGION } from './list-page.tsx'

/** Names of what mentions a partner in a draft. */
export interface PartnerUses {
  /** Of agreements and boundary streets. */
  readonly agreements: readonly string[]
  /** Of municipalities that say it serves something in their place. */
  readonly declines: readonly string[]
  /** Of municipalities that it answers for while they are closed. */
  readonly 'after-hours': readonly string[]
  readonly areas: readonly string[]
  readonly roads: readonly string[]
}

const AGREEMENTS = 'agreements.yaml'
const AREAS = 'areas.geojson'
const ROADS = 'roads.geojson'

export function usesOfPartner(context: DraftContext, id: string): PartnerUses {
  const { values } = context
  const municipalities = (isUse: (document: DocumentValue) => boolean) =>
    jurisdictionsOf(context).flatMap(slug => {
      const document = values.get(`${slug}/jurisdiction.yaml`)
      return document !== undefined && isUse(document) ? [textAt(document, ['name']) || slug] : []
    })
  const features = (file: string, isUse: (feature: DocumentValue) => boolean) =>
    recordsAt(values.get(file), ['features'])
      .filter(isUse)
      .map(({ properties }) => textAt(properties, ['name']) || textAt(properties, ['id']))
  const agreements = agreementLists.flatMap(key =>
    recordsAt(values.get(AGREEMENTS), [key])
      .filter(one => isWith(one, id))
      .map(one => textAt(one, ['title']) || textAt(one, ['id'])),
  )
  return {
    agreements,
    declines: municipalities(document => declinedTo(document, id).length > 0),
    'after-hours': municipalities(document => textAt(document, ['afterHoursDesk']) === id),
    areas: [...new Set(features(AREAS, area => isOfPartner(area, id)))],
    roads: [...new Set(features(ROADS, road => roadKeysOf(road, id).length > 0))],
  }
}

/** With what mentions it: see `usesOfPartner`. Throws `wrong-state` unless the draft is open. */
export async function removePartner(context: DraftContext, id: string): Promise<void> {
  const { db, draft, values } = context
  const files: readonly (readonly [string, (document: DocumentValue) => DocumentValue])[] = [
    [REGION, document => listAt(document, ['partners'], one => (one.id === id ? undefined : one))],
    [AGREEMENTS, document => withoutInAgreements(document, id)],
    [AREAS, document => listAt(document, ['features'], area => withoutInArea(area, id))],
    [ROADS, document => listAt(document, ['features'], road => withoutInRoad(road, id))],
    ...jurisdictionsOf(context).map(
      slug =>
        [
          `${slug}/jurisdiction.yaml`,
          (document: DocumentValue) => withoutInJurisdiction(document, id),
        ] as const,
    ),
  ]
  const edits = files
    .filter(([file]) => values.has(file))
    .map(([file, edit]) => ({ file, edit: (value: DocumentValue | undefined) => edit(value ?? {}) }))
  await editDocuments(db, draft.id, baseValues(context), edits, doingNow(context))
}

/** A copy in which each record of a list is what `edit` makes of it; undefined removes it. */
function listAt(
  document: DocumentValue,
  path: DocumentPath,
  edit: (item: DocumentValue) => DocumentValue | undefined,
): DocumentValue {
  const list = valueAt(document, path)
  if (!Array.isArray(list)) return document
  const edited = list.map((item: unknown) => (isRecord(item) ? edit(item) : item))
  return withItem(
    document,
    path,
    edited.filter(item => item !== undefined),
  )
}

const agreementLists = ['agreements', 'boundaryStreets'] as const

function isWith(agreement: DocumentValue, id: string): boolean {
  const isNamed = ['accountable', 'performer', 'lead'].some(key => textAt(agreement, [key]) === id)
  return isNamed || recordsAt(agreement, ['parts']).some(part => textAt(part, ['lead']) === id)
}

function withoutInAgreements(document: DocumentValue, id: string): DocumentValue {
  return agreementLists.reduce(
    (value, key) => listAt(value, [key], one => (isWith(one, id) ? undefined : one)),
    document,
  )
}

function isOfPartner(area: DocumentValue, id: string): boolean {
  return textAt(area, ['properties', 'partner']) === id
}

// A territory is nothing without its partner.
function withoutInArea(area: DocumentValue, id: string): DocumentValue | undefined {
  if (!isOfPartner(area, id)) return area
  if (textAt(area, ['properties', 'kind']) === 'territory') return undefined
  return withItem(area, ['properties', 'partner'], undefined)
}

function roadKeysOf(road: DocumentValue, id: string): string[] {
  return ['owner', 'left', 'right', 'lead'].filter(key => textAt(road, ['properties', key]) === id)
}

function withoutInRoad(road: DocumentValue, id: string): DocumentValue {
  return roadKeysOf(road, id).reduce((value, key) => withItem(value, ['properties', key], undefined), road)
}

function declinedTo(document: DocumentValue, id: string): string[] {
  return Object.entries(recordAt(document, ['declines']) ?? {})
    .filter(([, decline]) => textAt(decline, ['servedBy']) === id)
    .map(([code]) => code)
}

// The municipality still does not provide those services, so nobody does until it says who.
function withoutInJurisdiction(document: DocumentValue, id: string): DocumentValue {
  const open = declinedTo(document, id).reduce(
    (value, code) => withItem(value, ['declines', code, 'servedBy'], 'nobody'),
    document,
  )
  return textAt(open, ['afterHoursDesk']) === id ? withItem(open, ['afterHoursDesk'], undefined) : open
}

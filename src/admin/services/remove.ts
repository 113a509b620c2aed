import type { DocumentValue } from '../../regions/documents/export.ts'
import { editDocuments } from '../drafts/drafts.ts'
import { baseValues, type DraftContext, jurisdictionsOf } from '../drafts/open-draft.ts'
import { doingNow } from '../shell/context.ts'
import { valueAt } from '../shell/document-form.tsx'
import { isRecord, recordAt, recordsAt, textAt, textsAt, withItem } from '../shell/values.ts'
import { SERVICES } from './catalogue.ts'

/** Names of the agreements and municipalities of the draft that mention a service. */
export function usesOf(context: DraftContext, code: string): string[] {
  const { values } = context
  const agreements = recordsAt(values.get('agreements.yaml'), ['agreements'])
    .filter(agreement => textsAt(agreement, ['services']).includes(code))
    .map(agreement => textAt(agreement, ['title']))
  const jurisdictions = jurisdictionsOf(context).flatMap(slug => {
    const document = values.get(`${slug}/jurisdiction.yaml`)
    return document !== undefined && mentions(document, code) ? [textAt(document, ['name'])] : []
  })
  return [...agreements, ...jurisdictions]
}

function mentions(document: DocumentValue, code: string): boolean {
  return (
    textsAt(document, ['offers']).includes(code) ||
    recordAt(document, ['services', code]) !== undefined ||
    recordAt(document, ['declines', code]) !== undefined
  )
}

/** Throws `wrong-state` unless the draft is open. */
export async function removeService(context: DraftContext, code: string): Promise<void> {
  const { db, draft, values } = context
  const of = (edit: (document: DocumentValue) => DocumentValue) => (value: DocumentValue | undefined) =>
    edit(value ?? {})
  const edits = [
    {
      file: SERVICES,
      edit: of(document => withoutItem(document, ['services'], ({ code: own }) => own === code)),
    },
    ...(values.has('agreements.yaml')
      ? [{ file: 'agreements.yaml', edit: of(document => withoutInAgreements(document, code)) }]
      : []),
    ...jurisdictionsOf(context).map(slug => ({
      file: `${slug}/jurisdiction.yaml`,
      edit: of(document => withoutInJurisdiction(document, code)),
    })),
  ]
  await editDocuments(db, draft.id, baseValues(context), edits, doingNow(context))
}

function withoutItem(
  document: DocumentValue,
  path: readonly string[],
  isGone: (item: DocumentValue) => boolean,
): DocumentValue {
  const list = valueAt(document, path)
  if (!Array.isArray(list)) return document
  return withItem(
    document,
    path,
    list.filter(item => !isRecord(item) || !isGone(item)),
  )
}

// An agreement about nothing else goes with the service.
function withoutInAgreements(document: DocumentValue, code: string): DocumentValue {
  const isOnly = (agreement: DocumentValue) =>
    textsAt(agreement, ['services']).length > 0 &&
    textsAt(agreement, ['services']).every(service => service === code)
  const kept = withoutItem(document, ['agreements'], isOnly)
  const list = valueAt(kept, ['agreements'])
  if (!Array.isArray(list)) return kept
  const agreements = list.map(item => (isRecord(item) ? withoutCode(item, 'services', code) : item))
  return withItem(kept, ['agreements'], agreements)
}

function withoutInJurisdiction(document: DocumentValue, code: string): DocumentValue {
  const offers = withoutCode(document, 'offers', code)
  return ['services', 'declines'].reduce(
    (value, key) =>
      recordAt(value, [key, code]) === undefined ? value : withItem(value, [key, code], undefined),
    offers,
  )
}

function withoutCode(value: DocumentValue, key: string, code: string): DocumentValue {
  const list = textsAt(value, [key])
  return list.includes(code)
    ? withItem(
        value,
        [key],
        list.filter(item => item !== code),
      )
    : value
}

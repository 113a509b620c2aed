import { shortSha256 } from '../../core/encryption/digest.ts'
import { areaText } from '../../core/measures.ts'
import { asProblem, problem } from '../../core/problem.ts'
import { isRefusal } from '../../geography/refusal.ts'
import { liesElsewhere, withBoundary } from '../../import/boundaries/validity.ts'
import { type DocumentValue, featureCollection } from '../../regions/documents/export.ts'
import { boundsOf } from '../../regions/places/bounds.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import { BackLink } from '../../web/components/components.tsx'
import { ErrorSummary, type FieldMessage, titled } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { Refused } from '../../workspace/shell/form.tsx'
import { editDocuments } from '../drafts/drafts.ts'
import { baseValues, type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { jurisdictionName } from '../municipality/checklist-page.tsx'
import { ownSlug } from '../municipality/profile-page.tsx'
import { type AdminPageContext, doingNow, mayEdit } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { BoundaryFields } from './boundary-fields.tsx'
import { ACTION, isDay, readBoundaryForm, type SentBoundary } from './boundary-form.ts'
import {
  boundaryFileOf,
  boundaryIn,
  boxOfOthers,
  type Comparison,
  compareBoundary,
  redrawn,
} from './draft-boundary.ts'
import { readBoundary } from './read-boundary.ts'

const SCRIPT = '/assets/boundary.js'

interface State {
  readonly sent?: SentBoundary
  readonly errors: readonly FieldMessage[]
  readonly refused?: ReturnType<typeof asProblem>
}

export async function boundaryPage(c: AdminPageContext) {
  return showPage(c, await openDraft(c), { errors: [] })
}

/** The two shapes of the page's map, as coordinates of a MultiPolygon. */
export async function boundaryShapes(c: AdminPageContext) {
  const context = await openDraft(c)
  const slug = ownSlug(c, context)
  const { before, after } = compareBoundary(context, slug, today(context))
  return c.json({ before, after })
}

export async function saveBoundary(c: AdminPageContext) {
  const view = viewOf(c)
  const slug = c.req.param('jurisdiction') ?? ''
  const file = boundaryFileOf(slug)
  const context = await openDraftToEdit(c, one => mayEdit(one, file))
  ownSlug(c, context)
  const sent = await readBoundaryForm(c)
  const issue = (field: string, message: string) => {
    const errors = [{ field: `${ACTION}.${field}`, label: undefined, message }]
    return showPage(c, context, { sent, errors })
  }
  if (sent.geoJson === undefined) return issue('file', view.t('admin-boundary-none-sent'))
  const isDated = sent.way === 'change'
  if (isDated && !isDay(sent.from)) return issue('from', view.t('admin-boundary-day-missing'))
  const read = readBoundary(sent.geoJson, {
    slug,
    name: jurisdictionName(context, slug),
    area: sent.area,
    within: boxOfOthers(context, slug) ?? boundsOf(context.region),
  })
  if (isRefusal(read)) return issue('file', refusalText(view, read))
  const present = boundaryIn(context.values.get(file))
  if (liesElsewhere(present, read.geometry)) return issue('file', view.t('admin-boundary-elsewhere'))
  try {
    const edit = (value: DocumentValue | undefined): DocumentValue => {
      if (sent.seen !== markOf(value)) throw problem('changed-meanwhile')
      const before = boundaryIn(value)
      const next = isDated
        ? withBoundary(before, read.geometry, { from: sent.from })
        : redrawn(before, read.geometry)
      return featureCollection(next)
    }
    await editDocuments(
      context.db,
      context.draft.id,
      baseValues(context),
      [{ file, edit }],
      doingNow(context),
    )
  } catch (error) {
    const refused = asProblem(error)
    if (refused.slug !== 'changed-meanwhile' && refused.slug !== 'wrong-state') throw error
    return showPage(c, context, { sent, errors: [], refused })
  }
  return adminDone(c, view, `${draftPath(context.draft)}/jurisdictions/${slug}/boundary`, 'saved')
}

// The words of the importer are English: they name formats, systems and coordinates.
function refusalText(view: PageView, { why, repair }: { why: string; repair: string }): string {
  return view.t('admin-boundary-refused', { reason: `${why}. ${repair}.` })
}

function today({ region, platform }: DraftContext): string {
  return localDay(platform.clock.now(), region.documents.region.timezone)
}

function markOf(value: DocumentValue | undefined): string {
  return shortSha256(JSON.stringify(value ?? null))
}

function showPage(c: AdminPageContext, context: DraftContext, { sent, errors, refused }: State) {
  const view = viewOf(c)
  const { t } = view
  const slug = ownSlug(c, context)
  const { draft, me, values } = context
  const file = boundaryFileOf(slug)
  const name = jurisdictionName(context, slug)
  const title = t('admin-document-boundary', { name })
  const path = `${draftPath(draft)}/jurisdictions/${slug}`
  const compared = compareBoundary(context, slug, today(context))
  const isEditable = context.isOpen && mayEdit(context, file)
  const status = refused === undefined ? (errors.length === 0 ? 200 : 400) : 409
  return c.html(
    <AdminPage
      {...{ c, view, context, draft, me }}
      section="drafts"
      title={titled(view, title, errors)}
      script={SCRIPT}
    >
      <BackLink href={view.href(path)}>{name}</BackLink>
      <ErrorSummary view={view} errors={errors} />
      {refused && sent && <Refused view={view} formState={{ sent: noFields, errors: [], refused }} />}
      <h1>{title}</h1>
      <Extent view={view} compared={compared} />
      <BoundaryFields
        {...{ c, view, errors, isEditable }}
        action={`${path}/boundary`}
        name={name}
        slug={slug}
        within={boxOfOthers(context, slug) ?? boundsOf(context.region)}
        hasBoundary={boundaryIn(values.get(file)).length > 0}
        hasChange={
          compared.before.length > 0 && compared.squareMeters.gained + compared.squareMeters.lost > 1
        }
        seen={markOf(values.get(file))}
        sent={sent}
      />
    </AdminPage>,
    status,
  )
}

const noFields = { action: ACTION, one: () => '', all: () => [], key: undefined, version: 0 }

function Extent({ view, compared }: { view: PageView; compared: Comparison }) {
  const { t, units } = view
  const { before, after, gained, lost } = compared.squareMeters
  const area = (squareMeters: number) => areaText(units, squareMeters)
  if (compared.after.length === 0) return <p class="usa-intro">{t('admin-boundary-none')}</p>
  if (compared.before.length === 0)
    return <p class="usa-intro">{t('admin-boundary-new', { area: area(after) })}</p>
  if (gained + lost < 1) return <p class="usa-intro">{t('admin-boundary-same', { area: area(before) })}</p>
  const facts = [
    [t('admin-boundary-before'), area(before)],
    [t('admin-boundary-after'), area(after)],
    [t('admin-boundary-gained'), area(gained)],
    [t('admin-boundary-lost'), area(lost)],
  ] as const
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

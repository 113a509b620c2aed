import type { Child } from 'hono/jsx'
import type { MessageKey } from '../../core/i18n.ts'
import { BackLink } from '../../web/components/components.tsx'
import { ErrorSummary, type FieldMessage, titled } from '../../web/components/fields.tsx'
import { viewOf } from '../../web/view.ts'
import type { StaffContext, StaffPageContext } from '../../workspace/shell/context.ts'
import { StaffPage } from '../../workspace/shell/frame.tsx'
import { namesOf } from '../../workspace/shell/names.ts'
import type { ImportState } from './schema.ts'

export const stateLabels = {
  uploading: 'admin-moving-state-uploaded',
  uploaded: 'admin-moving-state-uploaded',
  running: 'admin-moving-state-running',
  done: 'admin-moving-state-done',
  cancelled: 'admin-moving-state-cancelled',
  failed: 'admin-moving-state-failed',
} as const satisfies Readonly<Record<ImportState, MessageKey>>

export function importPath({ jurisdiction }: StaffContext, id?: string): string {
  const path = `/admin/jurisdictions/${jurisdiction.slug}/import`
  return id === undefined ? path : `${path}/${id}`
}

interface Props {
  c: StaffPageContext
  context: StaffContext
  title: string
  back: 'people' | 'imports'
  errors?: readonly FieldMessage[]
  children?: Child
}

/** Its children follow the heading. */
export async function movingPage({ c, context, title, back, errors = [], children }: Props) {
  const view = viewOf(c)
  const { t } = view
  const names = await namesOf(context.platform, context.signedIn)
  const isFirst = back === 'people'
  return (
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="grants"
      title={titled(view, title, errors)}
    >
      <BackLink href={view.href(isFirst ? `/work/${context.jurisdiction.slug}/grants` : importPath(context))}>
        {t(isFirst ? 'work-section-grants' : 'admin-moving-title')}
      </BackLink>
      <ErrorSummary view={view} errors={errors} />
      <h1>{title}</h1>
      {children}
    </StaffPage>
  )
}

import { cleanLine, isLongerThan } from '../../core/text.ts'
import type { SubmittedForm } from '../../workspace/shell/form.tsx'

export const MAX_TITLE = 120

/** The typed title of a draft; undefined for none, or one that is too long. */
export function titleOf(sent: SubmittedForm): string | undefined {
  const title = cleanLine(sent.one('title'))
  return title === '' || isLongerThan(title, MAX_TITLE) ? undefined : title
}

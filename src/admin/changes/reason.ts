import { cleanLine, MAX_LINE } from '../../core/text.ts'
import { type SubmittedForm, textOf } from '../../workspace/shell/form.tsx'

/** Why somebody applies a change, in one line. Throws `invalid-fields` for one that is too long. */
export function readReason(sent: SubmittedForm): string {
  return cleanLine(textOf(sent, 'why', MAX_LINE))
}

import { step } from './trace.ts'
import type { Resolution, TraceStep } from './types.ts'

export function explain(resolution: Resolution): Pick<TraceStep, 'code' | 'params'> {
  const { accountable, performer, desk, confidence, trace } = resolution
  const agreed = trace.findLast(({ code }) => code === 'performed-by')
  if (agreed && confidence !== 'ask') {
    const agreement = agreed.params.agreement ?? ''
    return step('agree', 'performed-by', {
      performer: performer.name,
      accountable: accountable.name,
      agreement,
    })
  }
  const decided = trace.findLast(({ step }) => step === 'decide')
  return decided ?? step('reach', 'desk-intake', { desk: desk.name })
}

import type { HtmlEscapedString } from 'hono/utils/html'
import { asProblem } from '../../core/problem.ts'
import type { Bytes, Platform } from '../../platform/platform.ts'
import type { FieldMessage } from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type Answers, nextStep, type Step, steps } from './answers.ts'
import { type SetupContext, type SetupView, setupView } from './frame.tsx'
import { type Change, type Setup, saveStep, versionOf } from './session.ts'

type FormStep = Exclude<Step, 'check'>
type Html = HtmlEscapedString | Promise<HtmlEscapedString>

export interface SentForm {
  readonly form: FormData
  /** By the name of their fields; larger ones than a step takes are not read. */
  readonly files: ReadonlyMap<string, Bytes | 'too-large'>
}

export interface Shown<Typed> {
  readonly platform: Platform
  readonly current: Setup
  readonly view: SetupView
  readonly typed: Typed
  readonly version: string
  readonly errors: readonly FieldMessage[]
}

/** `stays`: the same page follows, with something new on it. */
type Saved = Omit<Change, 'step' | 'version'> & { readonly stays?: boolean }

/** One form: how it is filled in, read, checked, saved and shown. */
export interface StepPage<Typed> {
  readonly step: FormStep
  readonly maxFileBytes?: number
  typed(answers: Answers, c: SetupContext): Typed
  read(platform: Platform, sent: SentForm): Promise<Typed>
  check(platform: Platform, view: SetupView, typed: Typed, current: Setup): Promise<FieldMessage[]>
  save(typed: Typed, view: SetupView, current: Setup): Saved
  page(shown: Shown<Typed>): Promise<Html>
}

export async function showStep<Typed>(c: SetupContext, page: StepPage<Typed>, current: Setup) {
  const view = setupView(c)
  const shown = {
    platform: c.get('platform'),
    current,
    view,
    typed: page.typed(current.answers, c),
    version: versionOf(current.answers, page.step),
    errors: [],
  }
  return c.html(await page.page(shown))
}

/** Saves and goes on to the next step; shows the form again, with what was typed, if something is wrong. */
export async function sendStep<Typed>(c: SetupContext, page: StepPage<Typed>, current: Setup) {
  const platform = c.get('platform')
  const view = setupView(c)
  const sent = await readStepForm(c, page.maxFileBytes ?? 0)
  const typed = await page.read(platform, sent)
  const version = textIn(sent.form, 'version')
  const again = async (errors: readonly FieldMessage[], status: 400 | 409, shownVersion = version) =>
    c.html(await page.page({ platform, current, view, typed, errors, version: shownVersion }), status)
  const errors = await page.check(platform, view, typed, current)
  if (errors.length > 0) return again(errors, 400)
  const { stays, ...saved } = page.save(typed, view, current)
  try {
    await saveStep(platform, current, { ...saved, step: page.step, version })
  } catch (error) {
    const { slug } = asProblem(error)
    if (slug === 'wrong-state') return c.redirect('/setup', 303)
    if (slug !== 'changed-meanwhile') throw error
    // Sent once more, it replaces what the other window has saved.
    const message = view.t('setup-changed')
    return again([{ field: 'form', label: undefined, message }], 409, versionOf(current.answers, page.step))
  }
  if (stays) return c.redirect(`/setup/${page.step}`, 303)
  const answers = { ...current.answers, ...saved.answers }
  const following = steps[steps.indexOf(page.step) + 1] ?? 'check'
  const left = nextStep(answers)
  return c.redirect(`/setup/${steps.indexOf(left) < steps.indexOf(following) ? left : following}`, 303)
}

// So much more than its file may have is read, to say at its field that it is too large; beyond, the form is refused.
const MORE_BYTES = 4 * 1024 * 1024

async function readStepForm(c: SetupContext, maxFileBytes: number): Promise<SentForm> {
  const files = new Map<string, Bytes | 'too-large'>()
  const form = await readForm(c, {
    ...(maxFileBytes > 0 && { withFiles: maxFileBytes + MORE_BYTES }),
    take: async file => {
      const bytes = await file.read(maxFileBytes).catch(error => {
        if (asProblem(error).slug !== 'too-large') throw error
        return 'too-large' as const
      })
      files.set(file.name, bytes)
    },
  })
  return { form, files }
}

export function textIn(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

export function textsIn(form: FormData, name: string): string[] {
  return form.getAll(name).filter(value => typeof value === 'string')
}

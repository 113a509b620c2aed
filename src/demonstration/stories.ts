import { publicAccess } from '../core/access.ts'
import { openTenant, type TenantDb } from '../core/database/handles.ts'
import { translator } from '../core/i18n.ts'
import { accept, refuse } from '../handoffs/answers.ts'
import { answerProposal, propose } from '../handoffs/duplicates/duplicates.ts'
import { shareOf } from '../handoffs/duplicates/link.ts'
import { offer } from '../handoffs/offers.ts'
import { withdrawOffersOf } from '../handoffs/withdraw.ts'
import { demoResident, demoStaff } from '../identity/demo.ts'
import type { Platform } from '../platform/platform.ts'
import type { DemoReport, DemoStep } from '../regions/documents/schemas/demonstration.ts'
import { localDay, startOfDay } from '../regions/runtime/calendar.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { addNote, changeStatus } from '../requests/change.ts'
import { type Draft, noContact } from '../requests/draft.ts'
import type { request } from '../requests/schema.ts'
import { submitReport } from '../requests/submit.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const UNITS: Readonly<Record<string, number>> = { minute: MINUTE, hour: HOUR, day: DAY }

export interface Happening {
  readonly at: number
  /** For the log: the place of its report in the document, and what is done. */
  readonly name: string
  /** Takes the platform at that time. */
  happens(platform: Platform): Promise<void>
}

/** Everything that has happened to the reports of a demonstration until `now`, in its order. */
export function storiesOf(region: Region, now: number): Happening[] {
  const cases = new Map<DemoReport, Story>()
  const reports = region.documents.demonstration?.reports ?? []
  const named = (id: string) => [...cases].find(([report]) => report.id === id)?.[1]
  const all = reports.flatMap((report, index) => {
    const story = new Story(region, report, named)
    cases.set(report, story)
    const filedAt = timeOf(region, report, now)
    const steps = (report.history ?? []).map(step => ({
      at: filedAt + spanOf(step.after),
      name: `${index + 1} ${step.do}`,
      happens: (platform: Platform) => story.step(platform, step),
    }))
    return [
      { at: filedAt, name: `${index + 1}`, happens: (platform: Platform) => story.file(platform) },
      ...steps,
    ]
  })
  return all.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)
}

function timeOf(region: Region, { days, time }: DemoReport, now: number): number {
  const zone = region.documents.region.timezone
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  const at = (days: number) =>
    startOfDay(localDay(now - days * DAY, zone), zone) + hours * HOUR + minutes * MINUTE
  return at(days) <= now ? at(days) : at(days + 1)
}

function spanOf(after: string): number {
  const [count = '', unit = ''] = after.split(' ')
  return Number(count) * (UNITS[unit.replace(/s$/, '')] ?? 0)
}

/** One report and what becomes of it. */
class Story {
  readonly #region: Region
  readonly #report: DemoReport
  readonly #named: (id: string) => Story | undefined
  #case = ''
  #origin = ''
  #offer = { id: '', receiver: '' }

  constructor(region: Region, report: DemoReport, named: (id: string) => Story | undefined) {
    this.#region = region
    this.#report = report
    this.#named = named
  }

  async file(platform: Platform): Promise<void> {
    const { by } = this.#report
    const access =
      by?.account && by.email !== undefined
        ? await demoResident(platform, this.#region, by.email)
        : publicAccess(this.#region.slug, 'demo')
    const submission = {
      draft: this.#draft(platform.clock.now()),
      provenEmail: by?.account ? by.email : undefined,
    }
    const { id, jurisdiction } = await submitReport(platform, access, this.#region, submission)
    this.#case = id
    this.#origin = jurisdiction
  }

  #draft(at: number): Draft {
    const { service, where, text, answers = {}, by, language, channel = 'web' } = this.#report
    const [found] = this.#region.searchPlaces(where, 1)
    if (found === undefined) throw new Error('a place of the demonstration is not in its region')
    const [firstName = '', ...lastNames] = (by?.name ?? '').split(' ')
    const contact = {
      firstName,
      lastName: lastNames.join(' '),
      email: by?.email ?? '',
      phone: by?.phone ?? '',
    }
    const today = localDay(at, this.#region.documents.region.timezone)
    const given = (value: string) => (value === 'today' ? today : value)
    return {
      service,
      place: { lat: found.lat, long: found.long },
      accuracy: found.accuracy,
      address: found.label,
      addressId: '',
      zipcode: '',
      description: text,
      answers: Object.fromEntries(
        Object.entries(answers).map(([code, value]) => [code, [value].flat().map(given)]),
      ),
      contact: { ...noContact, ...contact, shared: true },
      follow: by?.follow,
      media: [],
      mediaUrl: '',
      language: language ?? this.#region.language,
      channel,
    }
  }

  async step(platform: Platform, step: DemoStep): Promise<void> {
    const at = platform.clock.now()
    const text = 'text' in step ? (step.text ?? '') : ''
    if (step.do === 'accept' || step.do === 'decline') {
      const db = await this.#at(platform, this.#offer.receiver)
      const { id } = this.#offer
      if (step.do === 'accept') {
        await accept(platform, db, id, text, {})
      } else {
        await refuse(platform, db, this.#region, id, { reason: step.reason, text, counter: null })
      }
      return
    }
    const { db, row } = await this.#held(platform, this.#origin)
    const { id, version } = row
    switch (step.do) {
      case 'note':
      case 'update':
        return addNote(db, id, { text, public: step.do === 'update' }, at)
      case 'transfer': {
        const { to: receiver, reason } = step
        const offered = { request: id, version, receiver, kind: 'transfer', reason, text } as const
        this.#offer = { id: (await offer(platform, db, this.#region, offered)).id, receiver }
        return
      }
      case 'duplicate':
        await propose(platform, db, this.#region, { request: id, of: this.#caseNamed(step.of), text })
        return
      case 'confirm': {
        const input = { request: id, of: this.#caseNamed(step.of), text: '', confirmed: true }
        await answerProposal(platform, db, this.#region, input)
        return
      }
      default: {
        const reason = step.do === 'closed' ? (step.reason ?? 'completed') : undefined
        await changeStatus(db, id, { to: step.do, reason, text, version }, at, withdrawOffersOf)
      }
    }
  }

  #caseNamed(id: string): string {
    const story = this.#named(id)
    return story === undefined ? '' : story.#case
  }

  /** At whoever holds it now: agreements transfer by themselves. */
  async #held(platform: Platform, slug: string): Promise<{ db: TenantDb; row: typeof request.$inferSelect }> {
    const db = await this.#at(platform, slug)
    const row = await shareOf(db, this.#case)
    if (row === undefined) throw new Error('the holder has no such case')
    return row.passedTo === null ? { db, row } : this.#held(platform, row.passedTo)
  }

  async #at(platform: Platform, slug: string): Promise<TenantDb> {
    const t = translator(this.#region.language)
    const jurisdiction = this.#region.jurisdiction(slug)?.name ?? slug
    const name = t('demo-name', { role: t('role-agent'), jurisdiction })
    const access = await demoStaff(platform, this.#region, slug, 'agent', name)
    return openTenant(platform, access, this.#region.slug, slug)
  }
}

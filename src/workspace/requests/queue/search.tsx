import { sql } from 'drizzle-orm'
import { may } from '../../../core/access.ts'
import { openRegion } from '../../../core/database/handles.ts'
import { decrypt, encrypt } from '../../../core/encryption/fields.ts'
import { parseTrackingNumber } from '../../../core/ids.ts'
import { asProblem } from '../../../core/problem.ts'
import { type SignedIn, signedInAccess } from '../../../identity/sessions/sessions.ts'
import type { Platform } from '../../../platform/platform.ts'
import { Empty } from '../../../web/components/components.tsx'
import { TextField } from '../../../web/components/fields.tsx'
import { readForm } from '../../../web/form.ts'
import { type PageView, viewOf } from '../../../web/view.ts'
import { type StaffPageContext, staffOf } from '../../shell/context.ts'
import type { Queue, QueueFilter } from './queue.ts'

/*
 * What is searched for may be a name or a telephone number, and an address ends up in histories and logs: the
 * form is a POST that leads to an address with the text encrypted, for its author alone.
 */

const MAX_TYPED = 200

export async function searchRequests(c: StaffPageContext) {
  const signedIn = await staffOf(c)
  // Nothing else here proves that the session is open.
  await regionOf(c.get('platform'), signedIn).rows(sql`SELECT 1`)
  const form = await readForm(c)
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const typed = text('q').slice(0, MAX_TYPED)
  const number = parseTrackingNumber(typed)?.id
  const query = new URLSearchParams(
    number === undefined && typed !== '' ? { search: await hide(c.get('platform'), signedIn, typed) } : {},
  )
  if (number !== undefined) query.set('q', number)
  if (typed !== '') query.set('status', 'any')
  if (text('jurisdiction') !== '') query.set('jurisdiction', text('jurisdiction').slice(0, MAX_TYPED))
  return c.redirect(viewOf(c).href(`/work?${query}`), 303)
}

function hide(platform: Platform, signedIn: SignedIn, typed: string): Promise<string> {
  return encrypt(platform, regionOf(platform, signedIn), fieldOf(signedIn), typed)
}

/** Empty for what this person has not searched for. */
export async function searchedFor(platform: Platform, signedIn: SignedIn, hidden: string): Promise<string> {
  if (!hidden.startsWith('e1.')) return ''
  try {
    const typed = await decrypt(platform, regionOf(platform, signedIn), fieldOf(signedIn), hidden)
    return typed === hidden ? '' : typed
  } catch (error) {
    if (asProblem(error).slug !== 'fault') throw error
    return ''
  }
}

function regionOf(platform: Platform, signedIn: SignedIn) {
  return openRegion(platform, signedInAccess(signedIn, platform.clock.now()), signedIn.region)
}

const fieldOf = ({ holder }: SignedIn) => `search/${holder}`

interface Props {
  view: PageView
  queue: Queue
  filter: QueueFilter
}

/** For somebody who asks about their report: one box for whatever they can say of it. */
export function SearchForm({ view, queue, filter }: Props) {
  const { t } = view
  const byContact = queue.contexts.some(({ context }) => may(context.access, 'contacts'))
  return (
    <search aria-label={t('work-search')}>
      <form class="filters" method="post" action={view.href('/work/search')}>
        <TextField
          view={view}
          name="q"
          type="search"
          label={t('work-search')}
          hint={t(byContact ? 'work-search-hint' : 'work-search-hint-reports')}
          autocomplete="off"
          maxlength={200}
          value={filter.words}
          errors={[]}
        />
        {filter.jurisdiction !== '' && (
          <input type="hidden" name="jurisdiction" value={filter.jurisdiction} />
        )}
        <button class="usa-button" type="submit">
          {t('work-search-go')}
        </button>
      </form>
    </search>
  )
}

export function NothingFound({ view, filter }: Omit<Props, 'queue'>) {
  const { t } = view
  const number = parseTrackingNumber(filter.words)?.id
  return (
    <Empty>
      <p>{t('work-search-none', { words: filter.words })}</p>
      <p>{t(number === undefined ? 'work-search-none-hint' : 'work-search-none-number')}</p>
      {number !== undefined && (
        <a class="usa-button usa-button--outline" href={view.href(`/cases/${number}`)}>
          {t('work-search-public', { number })}
        </a>
      )}
      <ClearSearch view={view} />
    </Empty>
  )
}

export function ClearSearch({ view }: { view: PageView }) {
  return (
    <a class="usa-link" href={view.href('/work')}>
      {view.t('work-all-open')}
    </a>
  )
}

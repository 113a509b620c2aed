import { formatClockTime, formatTime, formatWeekdayDate, isSameDay, weekdayName } from '../core/dates.ts'
import { type Calendar, isOpenAt, nextOpening, openUntil } from '../regions/runtime/calendar.ts'
import type { PageView } from '../web/view.ts'

export function OpenNow({ view, calendar }: { view: PageView; calendar: Calendar }) {
  const { t, now } = view
  if (!calendar.isKnown) return <span class="open">{t('hours-unknown')}</span>
  if (calendar.week === null) return <span class="open open--yes">{t('open-always')}</span>
  const closes = openUntil(calendar, now)
  if (closes !== undefined) {
    return (
      <span class="open open--yes">{t('open-until', { time: formatTime(t, closes, calendar.zone) })}</span>
    )
  }
  const opens = nextOpening(calendar, now)
  if (isOpenAt(calendar)(now) || opens === now) return <span class="open open--no">{t('closed')}</span>
  const time = formatTime(t, opens, calendar.zone)
  return (
    <span class="open open--no">
      {isSameDay(opens, now, calendar.zone)
        ? t('closed-until', { time })
        : t('closed-until-day', { day: formatWeekdayDate(t, opens, calendar.zone), time })}
    </span>
  )
}

export function WeekHours({ view, calendar }: { view: PageView; calendar: Calendar }) {
  const { t } = view
  if (calendar.week === null) return null
  return (
    <dl class="hours">
      {runsOfDays(calendar.week).map(({ first, last, spans }) => (
        <div>
          <dt>
            {first === last
              ? weekdayName(t, first + 1)
              : t('day-range', { first: weekdayName(t, first + 1), last: weekdayName(t, last + 1) })}
          </dt>
          <dd>
            {spans.length === 0
              ? t('closed')
              : spans
                  .map(([opens, closes]) =>
                    t('time-range', { first: formatClockTime(t, opens), last: formatClockTime(t, closes) }),
                  )
                  .join(', ')}
          </dd>
        </div>
      ))}
    </dl>
  )
}

type Week = NonNullable<Calendar['week']>

function runsOfDays(week: Week): { first: number; last: number; spans: Week[number] }[] {
  const runs: { first: number; last: number; spans: Week[number] }[] = []
  for (const [day, spans] of week.entries()) {
    const run = runs.at(-1)
    if (run !== undefined && String(run.spans) === String(spans)) run.last = day
    else runs.push({ first: day, last: day, spans })
  }
  return runs
}

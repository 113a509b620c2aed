import type { Context } from 'hono'
import type { FieldFault } from '../core/problem.ts'
import { type OpenReply, openReply, type PartnerAct, partnerActs, reply } from '../handoffs/partner-reply.ts'
import type { Door } from '../regions/site.ts'
import { hasControlCharacters } from '../requests/draft.ts'
import { Alert } from '../web/components.tsx'
import { ChoiceField, FaultSummary, type FieldMessage, TextArea } from '../web/fields.tsx'
import { readForm } from '../web/form.ts'
import { Icon } from '../web/icon.tsx'
import { Page } from '../web/layout.tsx'
import { type View, viewOf } from '../web/view.ts'
import { serviceName } from './catalogue.ts'

/* Where the link in a letter to a partner leads: how it stands, said without an account. Looking changes nothing. */

const MAX_TEXT = 2000

export async function replyPage(c: Context<Door>) {
  const open = await openReply(c.get('platform'), c.get('site').region, c.req.param('token') ?? '')
  return c.html(<ReplyPage view={viewOf(c)} open={open} text="" faults={[]} />)
}

export async function sendReply(c: Context<Door>) {
  const { region } = c.get('site')
  const platform = c.get('platform')
  const view = viewOf(c)
  const open = await openReply(platform, region, c.req.param('token') ?? '')
  const form = await readForm(c)
  const text = String(form.get('text') ?? '')
    .trim()
    .replaceAll('\r\n', '\n')
  const act = partnerActs.find(known => known === form.get('act'))
  const faults = faultsOf(text, act)
  if (act === undefined || faults.length > 0) {
    const messages = faults.map(({ field, code, params }) => ({
      field,
      label: view.t(field === 'act' ? 'reply-act' : 'reply-text'),
      message: view.t(`fault-${code}`, params),
    }))
    return c.html(<ReplyPage view={view} open={open} text={text} faults={messages} />, 400)
  }
  await reply(platform, region, open, act, text)
  return c.html(<ThanksPage view={view} more={act === 'acknowledged' || act === 'in_progress'} />)
}

function faultsOf(text: string, act: PartnerAct | undefined): FieldFault[] {
  const faults: FieldFault[] = []
  if (act === undefined) faults.push({ field: 'act', code: 'required' })
  if (text.length > MAX_TEXT) faults.push({ field: 'text', code: 'too-long', params: { max: MAX_TEXT } })
  if (hasControlCharacters(text)) faults.push({ field: 'text', code: 'control-characters' })
  return faults
}

interface Props {
  view: View
  open: OpenReply
  text: string
  faults: readonly FieldMessage[]
}

function ReplyPage({ view, open, text, faults }: Props) {
  const { t, site } = view
  const { request, forward, acts } = open
  return (
    <Page view={view} title={t('reply-title')} personal>
      <div class="narrow">
        <FaultSummary view={view} faults={faults} />
        <h1>
          <span class="kicker">
            {t('case-title', { number: request.caseId })}:{' '}
            {serviceName(view, request.serviceCode, request.serviceName)}
          </span>{' '}
          {t('reply-title')}
        </h1>
        <p>{t('reply-intro', { region: site.region.documents.region.name, name: forward.name })}</p>
        {request.description && <p class="case__text">{request.description}</p>}
        {request.address && (
          <p class="place-line">
            <Icon name="location_on" />
            {request.address}
          </p>
        )}
        <form method="post">
          <ChoiceField
            view={view}
            name="act"
            label={t('reply-act')}
            required
            values={[]}
            options={acts.map(act => ({ value: act, label: t(`reply-${act}`) }))}
            faults={faults}
          />
          <TextArea
            view={view}
            name="text"
            label={t('reply-text')}
            hint={t('reply-text-hint')}
            required={false}
            value={text}
            faults={faults}
          />
          <button class="usa-button usa-button--big" type="submit">
            {t('reply-send')}
          </button>
        </form>
      </div>
    </Page>
  )
}

/** `more`: the same link can say what comes next. */
function ThanksPage({ view, more }: { view: View; more: boolean }) {
  const { t } = view
  return (
    <Page view={view} title={t('reply-title')} personal>
      <div class="narrow">
        <h1>{t('reply-title')}</h1>
        <Alert type="success" live>
          <p>{t('reply-thanks')}</p>
          {more && <p>{t('reply-thanks-more')}</p>}
        </Alert>
      </div>
    </Page>
  )
}

import type { Context } from 'hono'
import type { FieldError } from '../../core/problem.ts'
import { isLongerThan } from '../../core/text.ts'
import { type OpenReply, openReply, type PartnerAction, partnerActions, reply } from '../../partners/reply.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { Alert } from '../../web/components/components.tsx'
import {
  ChoiceField,
  ErrorSummary,
  type FieldMessage,
  fieldMessage,
  TextArea,
} from '../../web/components/fields.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { Page } from '../../web/components/layout.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { serviceName } from '../catalogue.ts'

/* A partner updates the status through a link in an email, without an account. Opening it changes nothing. */

const MAX_TEXT = 2000

export async function replyPage(c: Context<AppEnv>) {
  const open = await openReply(c.get('platform'), c.get('site').region, c.req.param('token') ?? '')
  return c.html(<ReplyPage view={viewOf(c)} open={open} text="" errors={[]} />)
}

export async function sendReply(c: Context<AppEnv>) {
  const { region } = c.get('site')
  const platform = c.get('platform')
  const view = viewOf(c)
  const open = await openReply(platform, region, c.req.param('token') ?? '')
  const form = await readForm(c)
  const text = String(form.get('text') ?? '')
    .trim()
    .replaceAll('\r\n', '\n')
  const action = partnerActions.find(known => known === form.get('act'))
  const errors = errorsOf(text, action)
  if (action === undefined || errors.length > 0) {
    const messages = errors.map(error =>
      fieldMessage(view.t, error.field, view.t(error.field === 'act' ? 'reply-act' : 'reply-text'), error),
    )
    return c.html(<ReplyPage view={view} open={open} text={text} errors={messages} />, 400)
  }
  await reply(platform, region, open, action, text)
  return c.html(<ThanksPage view={view} more={action !== 'not-ours'} />)
}

function errorsOf(text: string, action: PartnerAction | undefined): FieldError[] {
  const errors: FieldError[] = []
  if (action === undefined) errors.push({ field: 'act', code: 'required' })
  if (isLongerThan(text, MAX_TEXT))
    errors.push({ field: 'text', code: 'too-long', params: { max: MAX_TEXT } })
  return errors
}

interface Props {
  view: PageView
  open: OpenReply
  text: string
  errors: readonly FieldMessage[]
}

function ReplyPage({ view, open, text, errors }: Props) {
  const { t, site } = view
  const { request, forward, actions } = open
  return (
    <Page view={view} title={t('reply-title')} personal>
      <div class="narrow">
        <ErrorSummary view={view} errors={errors} />
        <h1>
          <span class="kicker">
            {t('case-title', { number: request.caseId })}:{' '}
            {serviceName(view, request.serviceCode, request.serviceName)}
          </span>{' '}
          {t('reply-title')}
        </h1>
        <p>{t('reply-intro', { region: site.region.documents.region.name, name: forward.name })}</p>
        {request.description && (
          <p class="case__text" dir="auto">
            {request.description}
          </p>
        )}
        {request.address && (
          <p class="place-line">
            <Icon name="location_on" />
            <bdi>{request.address}</bdi>
          </p>
        )}
        <form method="post">
          <ChoiceField
            view={view}
            name="act"
            label={t('reply-act')}
            required
            values={[]}
            options={actions.map(action => ({ value: action, label: t(`reply-${action}`) }))}
            errors={errors}
          />
          <TextArea
            view={view}
            name="text"
            label={t('reply-text')}
            hint={t('reply-text-hint')}
            required={false}
            value={text}
            errors={errors}
          />
          <button class="usa-button usa-button--big" type="submit">
            {t('reply-send')}
          </button>
        </form>
      </div>
    </Page>
  )
}

function ThanksPage({ view, more }: { view: PageView; more: boolean }) {
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

import { Icon } from '../web/components/icon.tsx'
import type { PageView } from '../web/view.ts'
import { OpenNow } from './hours.tsx'

interface Props {
  view: PageView
  name: string
  phone: string | undefined
  email: string | undefined
  url: string | undefined
}

export function Contacts({ view, name, phone, email, url }: Props) {
  return (
    <ul class="contacts">
      {phone && (
        <li>
          <Icon name="phone" />
          <a class="usa-link" href={`tel:${phone}`}>
            {view.phone(phone)}
          </a>
        </li>
      )}
      {email && (
        <li>
          <Icon name="mail" />
          <a class="usa-link" href={`mailto:${email}`}>
            {email}
          </a>
        </li>
      )}
      {url && (
        <li>
          <Icon name="arrow_forward" />
          <a class="usa-link" href={url}>
            {view.t('partner-site', { name })}
          </a>
        </li>
      )}
    </ul>
  )
}

/** Whom to call for anything, and whether they answer now. */
export function DeskNow({ view }: { view: PageView }) {
  const { site } = view
  const { region } = site.region.documents
  const desk = site.jurisdiction?.slug ?? region.intake
  return (
    <>
      <p class="desk-phone">
        <a href={`tel:${region.phone}`}>
          <Icon name="phone" />
          {view.phone(region.phone)}
        </a>
      </p>
      <p>
        <strong>{site.region.jurisdiction(desk)?.name}</strong>{' '}
        <OpenNow view={view} calendar={site.region.calendar(desk)} />
      </p>
    </>
  )
}

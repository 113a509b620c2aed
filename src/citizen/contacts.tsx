import { Icon } from '../web/components/icon.tsx'
import type { PageView } from '../web/view.ts'

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

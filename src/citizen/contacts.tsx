import { Icon } from '../web/icon.tsx'
import type { View } from '../web/view.ts'

interface Props {
  view: View
  name: string
  phone: string | undefined
  email: string | undefined
  url: string | undefined
}

/** How to reach a body. */
export function Contacts({ view, name, phone, email, url }: Props) {
  return (
    <ul class="contacts">
      {phone && (
        <li>
          <Icon name="phone" />
          <a class="usa-link" href={`tel:${phone}`}>
            {phone}
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

import type { IconName } from './icons.ts'

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="usa-icon" aria-hidden="true" focusable="false">
      <use href={`/assets/icons.svg#${name}`} />
    </svg>
  )
}

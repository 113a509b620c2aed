/** Names of USWDS icons, built into one sprite by `scripts/build-assets.ts`. */
export const icons = [
  'arrow_back',
  'arrow_forward',
  'check',
  'check_circle',
  'close',
  'edit',
  'expand_more',
  'language',
  'location_on',
  'lock',
  'mail',
  'my_location',
  'navigate_next',
  'people',
  'phone',
  'photo_camera',
  'schedule',
  'search',
  'warning',
] as const

export type IconName = (typeof icons)[number]

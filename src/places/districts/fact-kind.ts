import { isEmail } from '../../core/text.ts'

/** What a value is shown as. A ZIP code is no phone number. */
export function factKind(value: string): 'text' | 'phone' | 'email' | 'url' {
  if (isEmail(value)) return 'email'
  if (/^https?:\/\/\S+$/i.test(value) && URL.canParse(value)) return 'url'
  const digits = value.replace(/\D/g, '').length
  const isPhone =
    /^\+?[0-9 ().-]+$/.test(value) && digits >= 7 && digits <= 15 && !/^\d{5}-\d{4}$/.test(value)
  return isPhone && !/^\d+$/.test(value) ? 'phone' : 'text'
}

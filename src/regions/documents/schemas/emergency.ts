import * as v from 'valibot'
import { describe, language, line, localized, localizedProse, phone, slug } from './values.ts'

const words = v.record(language, v.array(line))

const emergencyContact = v.strictObject({ name: v.optional(localized), phone, sms: v.optional(phone) })

export const emergencyTopic = v.strictObject({
  id: describe(
    slug,
    'Of a topic that is shipped, such as gas-leak, to change what is given here; or a new one.',
  ),
  name: v.optional(localized),
  advice: describe(v.optional(localizedProse), 'What to do, in one or two short sentences.'),
  words: describe(
    v.optional(words),
    'Language → words and phrases of people in this emergency. Typing errors are recognized.',
  ),
  except: describe(v.optional(words), 'Language → phrases that only look like it, such as "fire hydrant".'),
  call: describe(
    v.optional(
      v.pipe(
        v.array(v.union([v.literal('emergency'), emergencyContact])),
        v.minLength(1, 'name whom to call'),
      ),
    ),
    'Whom to call, in order. "emergency" stands for the emergency number. Default: only that number.',
  ),
  private: describe(v.optional(v.boolean()), 'Reports about it are not shown to the public.'),
})

export type EmergencyDocument = v.InferOutput<typeof emergencyTopic>

export type EmergencyContact = v.InferOutput<typeof emergencyContact>

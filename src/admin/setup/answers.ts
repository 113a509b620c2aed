import * as v from 'valibot'

// What was typed so far, as it was typed: `documents.ts` makes documents of it.

const person = v.object({ name: v.string(), email: v.string() })
const region = v.object({
  name: v.string(),
  slug: v.string(),
  phone: v.string(),
  emergency: v.string(),
  languages: v.array(v.string()),
  timezone: v.string(),
  units: v.string(),
  host: v.string(),
  email: v.string(),
})
const services = v.object({
  /** Where the list is from: empty for the one that is shipped. */
  from: v.string(),
  codes: v.array(v.string()),
})
const county = v.object({
  name: v.string(),
  kind: v.string(),
  email: v.string(),
  phone: v.string(),
  hours: v.string(),
  opens: v.string(),
  closes: v.string(),
})

export const answersSchema = v.object({
  language: v.string(),
  person: v.optional(person),
  region: v.optional(region),
  services: v.optional(services),
  county: v.optional(county),
})

export type Answers = Readonly<v.InferOutput<typeof answersSchema>>
export type Person = Readonly<v.InferOutput<typeof person>>
export type RegionAnswers = Readonly<v.InferOutput<typeof region>>
export type ServicesAnswers = Readonly<v.InferOutput<typeof services>>
export type CountyAnswers = Readonly<v.InferOutput<typeof county>>

export const steps = ['you', 'region', 'services', 'county', 'check'] as const
export type Step = (typeof steps)[number]

const parts = { you: 'person', region: 'region', services: 'services', county: 'county' } as const

/** The first step that is not filled in. */
export function nextStep(answers: Answers): Step {
  return steps.find(step => step !== 'check' && answers[parts[step]] === undefined) ?? 'check'
}

/** What a step's form was made from, to notice that it was changed elsewhere meanwhile. */
export function partOf(answers: Answers, step: Exclude<Step, 'check'>): unknown {
  return answers[parts[step]] ?? null
}

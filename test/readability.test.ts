import { describe, expect, it } from 'vitest'
import { graded, gradedTexts, HIGHEST_GRADE, HIGHEST_MEAN, meanGrade } from '../scripts/readability.ts'

describe('what residents read in English', () => {
  const texts = gradedTexts()

  it('is measured as a whole, with every choice of a text filled in', () => {
    expect(texts.length).toBeGreaterThan(120)
    expect(texts.map(({ text }) => text).join('')).not.toMatch(/[{}#]/)
    expect(texts.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['about-privacy', 'problem-fault-help']),
    )
    expect(texts.filter(({ key }) => key.startsWith('work-'))).toEqual([])
  })

  it('is no harder than the grade allowed', () => {
    expect(texts.filter(({ grade }) => grade > HIGHEST_GRADE)).toEqual([])
    expect(meanGrade(texts)).toBeLessThanOrEqual(HIGHEST_MEAN)
  })

  it('would be found too hard if it were written as a lawyer writes', () => {
    const hard =
      'Notwithstanding the aforementioned stipulations, responsibility for remediation shall be determined subsequently by the jurisdictional authority.'
    expect(graded(hard).grade).toBeGreaterThan(HIGHEST_GRADE)
    expect(graded('The cat sat on the mat. The dog ran.').grade).toBeLessThan(2)
  })
})

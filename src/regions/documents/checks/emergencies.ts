import { fold } from '../../../core/spelling.ts'
import { shippedTopics } from '../../emergencies/topics.ts'
import type { Documents } from '../snapshot.ts'
import { duplicatesIn, type Issues, reporterOf } from './issues.ts'

const report = reporterOf('region.yaml')
const shipped = new Set<string>(shippedTopics)

export function* checkEmergencies({ region: { emergencies = [] } }: Documents): Issues {
  for (const { index, key } of duplicatesIn(emergencies, ({ id }) => id)) {
    yield report.error(['emergencies', index, 'id'], `"${key}" is listed twice`, 'List each emergency once')
  }
  for (const [index, topic] of emergencies.entries()) {
    const path = ['emergencies', index]
    const missing = (['name', 'advice', 'words'] as const).filter(part => topic[part] === undefined)
    if (!shipped.has(topic.id) && missing.length > 0) {
      const repair = `Add its ${missing.join(', ')}, or use one of: ${[...shipped].join(', ')}`
      yield report.error([...path, 'id'], `"${topic.id}" is not a shipped emergency`, repair)
    }
    for (const part of ['words', 'except'] as const) {
      for (const [language, words] of Object.entries(topic[part] ?? {})) {
        const empty = words.findIndex(phrase => fold(phrase) === '')
        if (empty === -1) continue
        yield report.error(
          [...path, part, language, empty],
          'There is no word in it',
          'Use letters or digits',
        )
      }
    }
  }
}

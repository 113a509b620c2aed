import { districtSetsOf } from '../district-sets.ts'
import type { Localized } from '../schemas/values.ts'
import type { Documents } from '../snapshot.ts'
import { duplicatesIn, type Issues, reporterOf } from './issues.ts'

const MAX_SETS = 60

export function* checkDistricts(documents: Documents): Issues {
  const sets = districtSetsOf(documents)
  const beyond = sets[MAX_SETS]
  if (beyond !== undefined) {
    const message = `There are ${sets.length} sets of districts`
    yield reporterOf(beyond.file).error([], message, `Keep to ${MAX_SETS} in a region`)
  }
  for (const { index, key } of duplicatesIn(sets, ({ key }) => key)) {
    const again = sets[index]
    if (again === undefined) continue
    const path = ['districts', again.index, 'id']
    yield reporterOf(again.file).error(path, `"${key}" is listed twice`, 'Choose another id')
  }
  for (const { file, index, set, owner } of sets) {
    const report = reporterOf(file)
    const { kind, label, collection } = set
    if (label !== undefined && !allTexts(label).every(text => text.includes('{name}'))) {
      const message = 'Every district would be called the same'
      yield report.error(['districts', index, 'label'], message, 'Put {name} where its own name belongs')
    }
    if (collection === undefined) continue
    const path = ['districts', index, 'collection']
    if (kind !== 'collection') {
      yield report.error(path, `A set of the kind "${kind}" collects nothing`, 'Remove it, or use collection')
    }
    const holidays = collection.holidays ?? owner?.holidays ?? []
    if (collection.afterHoliday !== undefined && holidays.length === 0) {
      const repair = 'List the holidays without collection'
      yield report.error([...path, 'afterHoliday'], 'It has no holidays', repair)
    }
  }
}

function allTexts(text: Localized): readonly string[] {
  return typeof text === 'string' ? [text] : Object.values(text)
}

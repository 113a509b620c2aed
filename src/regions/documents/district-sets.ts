import type { DistrictSet } from './schemas/districts.ts'
import type { Documents, Jurisdiction } from './snapshot.ts'

export interface OwnedDistrictSet {
  /** What its imported districts are found by: `<jurisdiction>/<id>`, or its id where it is the region's own. */
  readonly key: string
  readonly set: DistrictSet
  /** Its districts hold inside the boundary of this jurisdiction only. */
  readonly owner: Jurisdiction | undefined
  readonly file: string
  readonly index: number
}

/** In the order in which they are listed: the region's own first. */
export function districtSetsOf({
  districts = [],
  jurisdictions,
}: Pick<Documents, 'districts' | 'jurisdictions'>): readonly OwnedDistrictSet[] {
  const own = districts.map((set, index) => ({
    key: set.id,
    set,
    owner: undefined,
    file: 'districts.yaml',
    index,
  }))
  const others = jurisdictions.flatMap(owner =>
    (owner.districts ?? []).map((set, index) => ({
      key: `${owner.slug}/${set.id}`,
      set,
      owner,
      file: `${owner.slug}/districts.yaml`,
      index,
    })),
  )
  return [...own, ...others]
}

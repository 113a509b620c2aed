import type { ServiceCoverage } from '../../regions/coverage/on-day.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import type { PageView } from '../../web/view.ts'
import { AreaMap, type MapArea, MapKey } from '../shell/area-map.tsx'

interface Props {
  view: PageView
  documents: Documents
  coverage: ServiceCoverage
}

/** Each body's ground, what another one does for it, and where nobody or two are. */
export function CoverageMap({ view, documents, coverage }: Props) {
  const { t } = view
  const { shares, gap, overlaps } = coverage
  const areas: MapArea[] = [
    ...shares.map(({ name, ground }) => ({ kind: 'share' as const, geometry: ground.geometry, label: name })),
    ...shares.flatMap(({ name, agreements }) =>
      agreements
        .filter(({ ground }) => ground.squareMeters > 0)
        .map(({ performerName, ground }) => ({
          kind: 'part' as const,
          geometry: ground.geometry,
          label: `${name}: ${performerName}`,
        })),
    ),
    { kind: 'gap', geometry: gap.geometry, label: t('admin-area-gap') },
    ...overlaps.map(({ ground }) => ({
      kind: 'overlap' as const,
      geometry: ground.geometry,
      label: t('admin-area-overlap'),
    })),
  ]
  const drawn = areas.filter(({ geometry }) => geometry.length > 0)
  const texts = {
    share: t('admin-key-share'),
    part: t('admin-key-part'),
    gap: t('admin-area-gap'),
    overlap: t('admin-area-overlap'),
  }
  const kinds = (['share', 'part', 'gap', 'overlap'] as const).filter(kind =>
    drawn.some(area => area.kind === kind),
  )
  return (
    <>
      <AreaMap
        label={t('admin-coverage-map')}
        base={documents.jurisdictions.flatMap(({ boundary }) =>
          boundary.map(({ coordinates }) => coordinates),
        )}
        areas={drawn}
        whole
      />
      <MapKey kinds={kinds.map(kind => [kind, texts[kind]])} />
    </>
  )
}

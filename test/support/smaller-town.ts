import { createDraft, editDocuments } from '../../src/admin/drafts/drafts.ts'
import { openRegion } from '../../src/core/database/handles.ts'
import { type DocumentValue, documentValues } from '../../src/regions/documents/export.ts'
import { bundled, type TestApp } from './app.ts'
import { square } from './geojson.ts'

/** Four reports of graffiti in the middle of a town, one after another. Returns their numbers. */
export async function reportGraffiti(app: TestApp): Promise<string[]> {
  const [place] = app.region.searchPlaces('Hollis Common', 1)
  const { lat = 0, long = 0 } = place ?? {}
  const asked = app.region.service('graffiti')?.questions?.filter(({ required }) => required) ?? []
  const answers = Object.fromEntries(asked.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
  const sent: string[] = []
  for (let index = 0; index < 4; index++) {
    const response = await app.request('/api/v1/requests', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ service_code: 'graffiti', lat: lat + index / 1e5, long, answers }),
    })
    sent.push(((await response.json()) as { id: string }).id)
    app.advance(60_000)
  }
  return sent
}

/** A draft in which that town keeps a small square elsewhere, and nobody else takes graffiti. Returns its id. */
export async function draftSmallerTown(app: TestApp): Promise<string> {
  const db = openRegion(app.platform, { kind: 'system', reason: 'test' }, bundled)
  const doing = { by: 'system:test', at: app.platform.clock.now() }
  const base = app.region.snapshot.version
  const id = await createDraft(app.platform, db, { ...doing, title: 'Smaller Hollis', base })
  const [place] = app.region.searchPlaces('Hollis Common', 1)
  const { lat = 0, long = 0 } = place ?? {}
  const geometry = { type: 'Polygon', coordinates: [square(long + 0.02, lat + 0.02, 0.001)] }
  const features = [{ type: 'Feature', properties: {}, geometry }]
  const boundary = { type: 'FeatureCollection', features } as unknown as DocumentValue
  const edits = [
    { file: 'hollis/boundary.geojson', edit: () => boundary },
    { file: 'services.yaml', edit: onlyMunicipal },
  ]
  await editDocuments(db, id, documentValues(app.region.documents), edits, doing)
  return id
}

function onlyMunicipal(value: DocumentValue | undefined): DocumentValue {
  const { services } = value as { services: { code: string }[] }
  const edited = services.map(one => (one.code === 'graffiti' ? { ...one, layers: ['municipality'] } : one))
  return { ...value, services: edited } as DocumentValue
}

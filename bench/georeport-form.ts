import type { TestApp } from '../test/support/app.ts'

export async function georeportForm(app: TestApp): Promise<URLSearchParams> {
  const { region, services } = app.region.documents
  const [long, lat] = region.map.center
  const at = { service_code: 'pothole', lat: String(lat), long: String(long) }
  const routed = await (await app.request(`/api/v1/route?${new URLSearchParams(at)}`)).json()
  const jurisdiction = (routed as { accountable: { id: string } }).accountable.id
  const questions = services.find(({ code }) => code === 'pothole')?.questions ?? []
  const required = questions.filter(question => question.required && question.type !== 'notice')
  return new URLSearchParams({
    ...at,
    jurisdiction_id: jurisdiction,
    api_key: await app.key(jurisdiction),
    description: 'A hole as wide as a door, by the second lamp post; two cars have been damaged.',
    email: 'reader@example.org',
    ...Object.fromEntries(
      required.map(({ code, options }) => [`attribute[${code}]`, options?.[0]?.key ?? '1']),
    ),
  })
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadRegion } from '../src/regions/documents/load.ts'
import { lakeEdited, lakeFiles } from './support/lake.ts'
import { deployment } from './support/terminal.ts'

/* What a region lacks before residents can use it: validate and plan warn of it, and say how to add it. */

const noAddresses =
  /lake\/region\.yaml:\d+:\d+: warning: There are no addresses, .*\. Import them with countyline places import, or name a geocoder\./
const noRoads =
  /lake\/region\.yaml:\d+:\d+: warning: There are no roads, so no road’s owner gets pothole\. Add roads\.geojson/
const noHours =
  /lake\/region\.yaml:\d+:\d+: warning: Opening hours are not given for east, lake-county, quill-water, .*\. Add "hours" to each jurisdiction\.yaml/

const geocoder = '\ngeocoders:\n  - { kind: census, attribution: U.S. Census Bureau, city: "West, PA" }\n'
const withGeocoder = () => {
  const region = lakeFiles().get('region.yaml') ?? ''
  return lakeFiles({ 'roads.geojson': null, 'region.yaml': region + geocoder })
}

describe.each(['validate', 'plan'] as const)('countyline %s', command => {
  it('warns of a region without addresses, roads or hours, and passes it', async () => {
    const on = deployment()
    on.write('lake', lakeFiles({ 'roads.geojson': null }))
    const { code, out } = await on.countyline(command, '--region', 'lake')
    expect(code).toBe(0)
    for (const warning of [noAddresses, noRoads, noHours]) expect(out).toMatch(warning)
    expect(out).toContain('lake: valid (0 errors, 3 warnings)')
  })

  it('warns that a geocoder alone may not answer', async () => {
    const on = deployment()
    on.write('lake', withGeocoder())
    const { out } = await on.countyline(command, '--region', 'lake')
    expect(out).toContain('No addresses are imported, so none is found while the geocoder does not answer')
  })

  it('looks whether addresses have been imported', async () => {
    const on = deployment()
    on.write('lake', withGeocoder())
    await on.countyline('apply', '--region', 'lake')
    const file = join(on.dataDir, 'addresses.csv')
    writeFileSync(file, 'long,lat,house,street,city\n-80.05,40.05,12,N 5TH ST,WESTPORT\n')
    expect((await on.countyline('places', 'import', file, '--region', 'lake')).code).toBe(0)
    expect((await on.countyline(command, '--region', 'lake')).out).not.toMatch(/addresses/)
  })
})

it('warns of nothing that is there: numbers beside roads, and hours', () => {
  const hours = 'hours: always\n'
  const files = ['east', 'lake-county', 'quill-water'].map(slug => {
    const file = `${slug}/jurisdiction.yaml`
    return [file, (lakeFiles().get(file) ?? '') + hours] as const
  })
  const use = { at: 0, hasPlaces: false }
  expect(loadRegion('lake', lakeFiles(Object.fromEntries(files)), undefined, use).issues).toEqual([])
})

it('names five bodies without hours, and counts the rest', () => {
  const more = ['a', 'b', 'c', 'd'].map((slug, index) => [
    `${slug}/jurisdiction.yaml`,
    `name: ${slug}\nkind: agency\ncode: A${'WXYZ'[index]}\n`,
  ])
  const files = lakeFiles(Object.fromEntries(more))
  const { issues } = loadRegion('lake', files, undefined, { at: 0, hasPlaces: true })
  expect(issues.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('not given for a, b, c, d, east and 2 more,'),
  )
})

it('says nothing of roads where no service follows their owner', () => {
  const files = lakeEdited('services.yaml', '[asset:road, municipality, county]', '[municipality, county]')
  const { issues } = loadRegion(
    'lake',
    new Map([...files].filter(([file]) => file !== 'roads.geojson')),
    undefined,
    {
      at: 0,
      hasPlaces: true,
    },
  )
  expect(issues.filter(({ message }) => message.includes('roads'))).toEqual([])
})

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { keeperLine, RoadKeepers } from '../src/places/import/keepers/road-keepers.ts'
import { roadClassOf } from '../src/places/import/rows/road-class.ts'
import { roadsFile } from '../src/regions/documents/geojson.ts'
import { opened, read, region } from './support/import-files.ts'

describe('streets', () => {
  const street = (properties: object, ...parts: [number, number][][]) =>
    JSON.stringify({
      type: 'Feature',
      properties,
      geometry:
        parts.length === 1
          ? { type: 'LineString', coordinates: parts[0] }
          : { type: 'MultiLineString', coordinates: parts },
    })
  const line: [number, number][] = [
    [-122, 37.5],
    [-122, 37.51],
  ]

  const streetsOf = async (...features: string[]) =>
    read(await opened(features.join('\n')), 'streets', { bounds: region })

  it('have ranges by side, postal codes and a class from TIGER/Line', async () => {
    const edge = {
      TLID: 7,
      FULLNAME: 'N Mill Rd',
      LFROMADD: '101',
      LTOADD: '199',
      RFROMADD: '198',
      RTOADD: '100',
      ZIPL: '94502',
      ZIPR: '94503',
      MTFCC: 'S1400',
    }
    const { mapping, rows, rejects } = await streetsOf(
      street(edge, line),
      street({ ...edge, TLID: 8, LFROMADD: '', LTOADD: null, MTFCC: 'S1100' }, line),
      street({ ...edge, TLID: 9, MTFCC: 'H3010' }, line),
      street({ ...edge, TLID: 10, FULLNAME: '' }, line),
      street({ ...edge, TLID: 11 }, [
        [-100, 37.5],
        [-100, 37.6],
      ]),
      street({ ...edge, TLID: 12 }, [
        [-122, 37.5],
        [-122, 37.5],
      ]),
    )
    expect(mapping).toEqual({
      kind: 'streets',
      columns: {
        id: ['TLID'],
        name: ['FULLNAME'],
        leftFrom: ['LFROMADD'],
        leftTo: ['LTOADD'],
        rightFrom: ['RFROMADD'],
        rightTo: ['RTOADD'],
        leftPostcode: ['ZIPL'],
        rightPostcode: ['ZIPR'],
        roadClass: ['MTFCC'],
      },
    })
    expect(rows.map(({ id, left, right, roadClass }) => [id, left, right, roadClass])).toEqual([
      ['7', [101, 199], [198, 100], 'local'],
      ['8', null, [198, 100], 'highway'],
    ])
    expect(rejects.map(({ id, reason }) => [id, reason])).toEqual([
      ['9', 'not-a-road'],
      ['10', 'no-name'],
      ['11', 'outside'],
      ['12', 'no-line'],
    ])
  })

  it('in pieces are one where they meet, and else several, of which the longest has the numbers', async () => {
    const numbers = {
      RCL_NGUID: 'r',
      St_Name: 'Mill',
      St_PosTyp: 'Rd',
      FromAddr_L: 1,
      ToAddr_L: 9,
      FromAddr_R: 2,
      ToAddr_R: 8,
    }
    const { rows } = await streetsOf(
      street(numbers, line, [
        [-122, 37.51],
        [-122, 37.52],
      ]),
      street(numbers, line, [
        [-122, 37.6],
        [-122, 37.7],
      ]),
    )
    expect(rows.map(({ id, name, left, line }) => [id, name, left, line.length])).toEqual([
      ['r', 'Mill Rd', [1, 9], 3],
      ['r', 'Mill Rd', null, 2],
      ['r:2', 'Mill Rd', [1, 9], 2],
    ])
  })

  it('become roads of those who keep them, and what nobody keeps is counted by value and length', async () => {
    const { mapping, rows } = await streetsOf(
      ...[
        ['1', 'C', '3/1/2019'],
        ['1', 'c ', ''],
        ['3', 'P', ''],
        ['4', '', ''],
      ].map(([OBJECTID, MAINT, EFFDATE]) =>
        street(
          {
            OBJECTID,
            MAINT,
            EFFDATE,
            NAME: 'Mill',
            L_F_ADD: 1,
            L_T_ADD: 9,
            R_F_ADD: 2,
            R_T_ADD: 8,
            CITY: 'Oak',
          },
          line,
        ),
      ),
    )
    expect(mapping.columns.owner).toEqual(['MAINT'])
    const keepers = new RoadKeepers('county', new Map([['C', 'lake-county']]))
    const roads = rows.map(row => keepers.road(row)).filter(road => road !== undefined)
    const common = { name: 'Mill', class: 'local', owner: 'lake-county', postalCity: 'Oak', source: 'county' }
    const ranges = { numbersLeft: [1, 9], numbersRight: [2, 8] }
    expect(roads.map(({ properties }) => properties)).toEqual([
      { ...common, ...ranges, id: '1', from: '2019-03-01' },
      { ...common, ...ranges, id: '1.2' },
    ])
    const features = roads.map(({ properties, coordinates }) => ({
      type: 'Feature',
      properties,
      geometry: { type: 'LineString', coordinates },
    }))
    expect(v.is(roadsFile, { type: 'FeatureCollection', features })).toBe(true)
    // 0.01° of latitude is 1.112 km.
    expect(keepers.counts().map(keeperLine)).toEqual([
      'C → lake-county: 2 segments, 2.2 km (1.4 mi)',
      'P → nobody: 1 segment, 1.1 km (0.7 mi)',
      'no value → nobody: 1 segment, 1.1 km (0.7 mi)',
    ])
  })
})

describe('streets in a table', () => {
  it('have their line as well-known text, and any county’s names of columns', async () => {
    const table = await opened(
      [
        'the_geom,PRE_DIR,STREET_NAM,STREET_TYP,L_LOW_HN,L_HIGH_HN,R_LOW_HN,R_HIGH_HN,L_ZIP,R_ZIP,CLASS',
        '"MULTILINESTRING ((-122.1 37.5, -122.1 37.6))",N,MILL,RD,1,9,2,8,94502,94503,3',
        '"LINESTRING Z (-122.1 37.5 10, -122.2 37.5 10)",,OAK,AVE,,,0,0,94502,94503,7',
      ].join('\n'),
    )
    const { rows } = await read(table, 'streets')
    expect(
      rows.map(({ name, left, right, line, roadClass }) => [name, left, right, line[1], roadClass]),
    ).toEqual([
      ['N MILL RD', [1, 9], [2, 8], [-122.1, 37.6], 'arterial'],
      ['OAK AVE', null, null, [-122.2, 37.5], 'local'],
    ])
  })

  it.each([
    ['S1100', 'highway'],
    ['S1200', 'arterial'],
    ['S1710', 'path'],
    ['P0001', undefined],
    ['A31', 'arterial'],
    ['H11', undefined],
    ['Primary', 'highway'],
    ['Principal Arterial - Interstate', 'highway'],
    ['Minor Arterial', 'arterial'],
    ['Residential', 'local'],
    ['Bike path', 'path'],
  ])('of class %s are of class %s', (written, roadClass) => {
    expect(roadClassOf(written)).toBe(roadClass)
  })
})

describe('common places', () => {
  it('have a name, a kind and an address, from columns of well-known text too', async () => {
    const table = await opened(
      'the_geom\tFACILITY_NAME\tTYPE\tADDRESS\nPOINT (-122.1 37.5)\tCity Hall\tgovernment\t1 Main St\n"(37.6, -122.2)"\t\tpark\t\n',
    )
    const { rows, rejects } = await read(table, 'common-places')
    expect(rows).toEqual([
      { id: '', name: 'City Hall', kind: 'government', address: '1 Main St', lat: 37.5, long: -122.1 },
    ])
    expect(rejects).toEqual([{ record: 2, line: 3, id: '', reason: 'no-name' }])
  })
})

import { expect, test } from 'vitest'
import { dbf, shp, zip } from '../support/geofiles.ts'
import { opened, read } from '../support/import-files.ts'

test('reads a shapefile in a zip archive, from meters, in workerd', async () => {
  const prj =
    'PROJCS["WGS_1984_UTM_Zone_12N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-111.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
  const archive = zip({
    'a.shp': shp([[[677588.9345165608, 4958058.201636434]]]),
    'a.dbf': dbf(['DLVRY_ADD'], [['162 N CLARK ST']]),
    'a.prj': prj,
  })
  const { rows } = await read(await opened(archive), 'addresses')
  expect(rows).toMatchObject([{ number: '162', street: 'N CLARK ST' }])
  expect(rows[0]?.lat).toBeCloseTo(44.75387368827125, 8)
  expect(rows[0]?.long).toBeCloseTo(-108.75636130198427, 8)
})

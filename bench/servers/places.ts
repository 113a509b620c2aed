import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openPublicPlaces } from '../../src/core/database/handles.ts'
import { searchIndex } from '../../src/places/index/search.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { searches } from '../places.ts'

const [dataDir = '', region = ''] = process.argv.slice(2)
const platform = nodePlatform({ dataDir, log: () => {} })
const db = openPublicPlaces(platform, region)
for (const text of searches()) await searchIndex(db, text, 8)
setFlagsFromString('--expose-gc')
runInNewContext('gc')()
process.send?.({ memory: process.memoryUsage().rss / 2 ** 20 })
setInterval(() => {}, 1_000)

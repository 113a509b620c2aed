import { isOneSlip } from '../../../core/spelling.ts'

// Publication 28 of the US Postal Service, appendix C1: the word, its standard abbreviation, other spellings. What follows
// a bar is not in it, but in the files of cities and counties; nor is Bay.
const table = `
alley aly allee ally, annex anx anex annx, arcade arc, avenue ave av aven avenu avn avnue, bay bay, bayou byu bayoo, beach bch,
bend bnd, bluff blf bluf, bluffs blfs, bottom btm bot bottm, boulevard blvd boul boulv | bl bv bvd blv, branch br brnch,
bridge brg brdge, brook brk, brooks brks, burg bg, burgs bgs, bypass byp bypa bypas byps, camp cp cmp, canyon cyn canyn cnyn,
cape cpe, causeway cswy causwa, center ctr cen cent centr centre cnter cntr, centers ctrs,
circle cir circ circl crcl crcle | ci, circles cirs, cliff clf, cliffs clfs, club clb, common cmn | cm, commons cmns, corner cor,
corners cors, course crse, court ct | crt, courts cts, cove cv, coves cvs, creek crk, crescent cres crsent crsnt, crest crst,
crossing xing crssng, crossroad xrd, crossroads xrds, curve curv, dale dl, dam dm, divide dv div dvd, drive dr driv drv,
drives drs, estate est, estates ests, expressway expy exp expr express expw, extension ext extn extnsn, extensions exts,
fall fall, falls fls, ferry fry frry, field fld, fields flds, flat flt, flats flts, ford frd, fords frds,
forest frst forests, forge frg forg, forges frgs, fork frk, forks frks, fort ft frt, freeway fwy freewy frway frwy,
garden gdn gardn grden grdn, gardens gdns grdns, gateway gtwy gatewy gatway gtway, glen gln, glens glns, green grn,
greens grns, grove grv grov, groves grvs, harbor hbr harb harbr hrbor, harbors hbrs, haven hvn, heights hts ht,
highway hwy highwy hiway hiwy hway | hgwy hw hy, hill hl, hills hls, hollow holw hllw hollows holws, inlet inlt,
island is islnd, islands iss islnds, isle isle isles, junction jct jction jctn junctn juncton, junctions jcts jctns, key ky,
keys kys, knoll knl knol, knolls knls, lake lk, lakes lks, land land, landing lndg lndng, lane ln | la, light lgt, lights lgts,
loaf lf, lock lck, locks lcks, lodge ldg ldge lodg, loop loop loops | lp, mall mall, manor mnr, manors mnrs, meadow mdw,
meadows mdws medows, mews mews, mill ml, mills mls, mission msn missn mssn, motorway mtwy, mount mt mnt,
mountain mtn mntain mntn mountin mtin, mountains mtns mntns, neck nck, orchard orch orchrd, oval oval ovl, overpass opas,
park park prk parks | pk, parkway pkwy parkwy pkway pky parkways pkwys | pw py, pass pass, passage psge, path path paths,
pike pike pikes, pine pne, pines pnes, place pl, plain pln, plains plns, plaza plz plza | pz, point pt, points pts, port prt,
ports prts, prairie pr prr, radial radl rad radiel, ramp ramp, ranch rnch ranches rnchs, rapid rpd, rapids rpds, rest rst,
ridge rdg rdge, ridges rdgs, river riv rvr rivr, road rd, roads rds, route rte | rt, row row, rue rue, run run, shoal shl,
shoals shls, shore shr shoar, shores shrs shoars, skyway skwy, spring spg spng sprng, springs spgs spngs sprngs,
spur spur spurs, square sq sqr sqre squ, squares sqs sqrs, station sta statn stn,
stravenue stra strav straven stravn strvn strvnue, stream strm streme, street st strt str, streets sts, summit smt sumit sumitt,
terrace ter terr | te, throughway trwy | thruway, trace trce traces, track trak tracks trk trks, trafficway trfy,
trail trl trails trls, trailer trlr trlrs, tunnel tunl tunel tunls tunnels tunnl, turnpike tpke trnpk turnpk, underpass upas,
union un, unions uns, valley vly vally vlly | vy, valleys vlys, viaduct via vdct viadct, view vw, views vws,
village vlg vill villag villg villiage, villages vlgs, ville vl, vista vis vist vst vsta, walk walk walks, wall wall,
way way wy, ways ways, well wl, wells wls`

// Words that seldom are part of a name: after one of them the street is complete.
const CERTAIN = new Set('st ave rd blvd dr pkwy hwy fwy expy tpke cswy'.split(' '))
const USUAL = new Set(
  'aly arc byp cir cres cswy ct cts cv ext ln loop mews pass path pike pl plz row run skwy sq ter trce trl trwy walk way xing'.split(
    ' ',
  ),
)

// Spanish, French and Haitian Creole put the type first.
const before = `avenida ave, calle st, rue st, ri st, avni ave, carretera rd, chemin rd, wout rd`

interface StreetType {
  /** Its abbreviation: "st". */
  readonly standard: string
  /** "street" */
  readonly word: string
  /** How surely a street ends with it: 1 for words that names and cities have too (Creek, Hills), 3 for Street or Rd. */
  readonly certainty: 1 | 2 | 3
}

const types = new Map<string, StreetType>()
for (const entry of table.replaceAll('|', '').split(',')) {
  const [word = '', standard = '', ...others] = entry.trim().split(/\s+/)
  for (const spelling of [word, standard, ...others]) {
    // "De La Vina St"
    const isUsual = USUAL.has(standard) && spelling !== 'la'
    const isCertain = CERTAIN.has(standard) || (isUsual && spelling !== word)
    types.set(spelling, { standard, word, certainty: isCertain ? 3 : isUsual ? 2 : 1 })
  }
}

const prefixes = new Map(before.split(',').map(pair => pair.trim().split(' ') as [string, string]))
for (const word of ['avenue', 'ave', 'av', 'boulevard', 'blvd', 'street', 'road', 'rd', 'plaza', 'place'])
  prefixes.set(word, types.get(word)?.standard ?? word)

/** Of a folded word. */
export const streetType = (key: string): StreetType | undefined => types.get(key)

/** The type that was meant by a word with a slip in it, such as "Raod" or "Avenu"; only what is seldom a name. */
export function mistypedType(key: string): StreetType | undefined {
  if (key.length < 4 || types.has(key)) return undefined
  const meant =
    LONG.find(word => isOneSlip(word, key)) ??
    SHORT.find(word => word.length === key.length && isOneSlip(word, key) && sorted(word) === sorted(key))
  return meant === undefined ? undefined : types.get(meant)
}

const LONG = ['street', 'avenue', 'boulevard', 'parkway', 'highway', 'circle']
const SHORT = ['road', 'lane', 'drive', 'court', 'place', 'trail']
const sorted = (word: string) => [...word].sort().join('')

/** The standard abbreviation of a type that is written before the name: `ave` for "Avenue" in "Avenue B". */
export const prefixType = (key: string): string | undefined => prefixes.get(key)

// The abbreviation, the word, and the words of other languages.
const directions =
  `n north norte nord, s south sur sud so, e east este est, w west oeste ouest, ne northeast noreste nordeste,
  nw northwest noroeste, se southeast sureste sudeste, sw southwest suroeste sudoeste`
    .split(',')
    .map(line => line.trim().split(/\s+/))
const directionals = new Map(
  directions.flatMap(([short = '', ...words]) => [short, ...words].map(word => [word, short])),
)
const directionWords = new Map(directions.map(([short = '', word = '']) => [short, word]))

/** `n` for "North"; of a folded word. */
export const directional = (key: string): string | undefined => directionals.get(key)

/** "north" for "n"; of a folded word. */
export const directionWord = (key: string): string | undefined =>
  directionWords.get(directionals.get(key) ?? '')

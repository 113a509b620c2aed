// The US Postal Service's codes (Publication 28, appendix B) and names; then older abbreviations.
const states = named(`
  AL alabama/ala, AK alaska, AS american samoa, AZ arizona/ariz, AR arkansas/ark, CA california/calif/cal, CO colorado/colo,
  CT connecticut/conn, DE delaware/del, DC district of columbia, FL florida/fla, GA georgia, GU guam, HI hawaii, ID idaho,
  IL illinois/ill, IN indiana/ind, IA iowa, KS kansas/kans/kan, KY kentucky, LA louisiana, ME maine, MD maryland,
  MA massachusetts/mass, MI michigan/mich, MN minnesota/minn, MS mississippi/miss, MO missouri, MT montana/mont,
  NE nebraska/nebr/neb, NV nevada/nev, NH new hampshire, NJ new jersey, NM new mexico, NY new york, NC north carolina,
  ND north dakota, MP northern mariana islands, OH ohio, OK oklahoma/okla, OR oregon/ore, PA pennsylvania/penn/penna,
  PR puerto rico, RI rhode island, SC south carolina, SD south dakota, TN tennessee/tenn, TX texas/tex, UT utah, VT vermont,
  VI virgin islands, VA virginia, WA washington/wash, WV west virginia, WI wisconsin/wis/wisc, WY wyoming/wyo,
  AA armed forces americas, AE armed forces europe, AP armed forces pacific`)

// ISO 3166, in the languages of the pages and their own.
const countries = named(`
  US usa/united states/united states of america/estados unidos/eeuu/etazini, CA canada/kanada, MX mexico, HT haiti/ayiti,
  DO dominican republic/republica dominicana, GB united kingdom/uk/england, FR france/francia, DE germany/deutschland,
  ES spain/espana, IT italy/italia`)

function named(table: string): ReadonlyMap<string, string> {
  return new Map(
    table.split(',').flatMap(entry => {
      const [code = '', ...words] = entry.trim().split(' ')
      return [code.toLowerCase(), ...words.join(' ').split('/')].map(name => [name, code] as const)
    }),
  )
}

/** Of a folded code or name: `MD` for "maryland". */
export const stateCode = (name: string): string | undefined => states.get(name)

const stateWords = new Set([...states.keys()].map(name => name.split(' ')[0]))

/** Of a folded word: whether the name or the code of a state begins with it. */
export const isStateWord = (key: string): boolean => stateWords.has(key)

/** Of a folded name: `US` for "united states". Other codes of two letters are codes of states, too. */
export const countryCode = (name: string): string | undefined =>
  name.length > 2 || /^u[sk]$/.test(name) ? countries.get(name) : undefined

/** In capitals, for an ISO 3166 code of one that is known here; otherwise the code. */
export function countryName(code: string): string {
  const [name = code] = [...countries].find(([known, of]) => of === code && known.length > 2) ?? []
  return name.toUpperCase()
}

/** In words. */
export const MAX_NAME = 4

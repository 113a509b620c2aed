import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readGeoReport } from '../src/core/georeport/document.ts'
import { plainText } from '../src/core/georeport/plain-text.ts'
import { importServices } from '../src/import/catalogue.ts'
import { mergeCatalogue, withPartnerCodes } from '../src/import/catalogue-files.ts'
import { declaredText } from '../src/import/declared-text.ts'
import { sharedData } from './support/shared.ts'

const read = (name: string) =>
  importServices(readFileSync(sharedData(`catalogues/${name}`) ?? '', 'utf8'), ['municipality', 'county'])

describe.skipIf(sharedData('catalogues/dc_services_2012.xml') === undefined)(
  'real catalogues (kept beside the checkout)',
  () => {
    test('Washington’s 86 services are read, HTML as plain text', () => {
      const { services, refused } = read('dc_services_2012.xml')
      expect(refused).toEqual([])
      expect(services).toHaveLength(86)
      expect(services.map(({ description }) => description).join('\n')).not.toMatch(/<\w|&\w+;/)
      const vehicle = services.find(({ code }) => code === 'S0003')
      expect(vehicle).toMatchObject({
        name: 'Abandoned Vehicle - On Private Property',
        group: 'Prkg Svcs - Abandoned Vehicle Operations - Private',
        keywords: ['Abandoned', 'Vehicle', 'On', 'Private', 'Property'],
        layers: ['municipality', 'county'],
      })
      expect(vehicle?.description).toContain('before removal is possible.\n\nIf the vehicle')
    })

    test('San Francisco’s 36 services keep the zeros of their codes', () => {
      const { services, refused } = read('sf_services_2010.xml')
      expect(refused).toEqual([])
      expect(services).toHaveLength(36)
      expect(services[0]).toMatchObject({ code: '001', name: 'Cans_Left_Out_24x7' })
      expect(services[0]).not.toHaveProperty('keywords')
    })

    test('Giessen’s services keep their umlauts, an attribute on the root notwithstanding', () => {
      const { services } = read('giessen_services.xml')
      expect(services).toHaveLength(8)
      expect(services.map(({ name }) => name)).toContain('Straßen- und Gehwegschäden')
    })

    test('a real definition is read in its order, what is no variable as a notice', () => {
      const { services, questions, refused } = read('dc_service_definition_S0301.xml')
      expect({ services, refused }).toEqual({ services: [], refused: [] })
      const asked = questions.get('S0301') ?? []
      expect(asked.map(({ code, type }) => `${code} ${type}`)).toEqual([
        'WHISPOLO choice',
        'WHMAISAL choice',
        'ISITHAZA choice',
        'WATHPRDA choice',
        'NOTE001 notice',
        'DSITR001 notice',
      ])
      expect(asked[0]).toMatchObject({
        required: true,
        options: [{ key: 'ALLEY002', label: 'Alley' }, { key: 'STREE001' }],
      })
    })
  },
)

describe('catalogues as others write them', () => {
  const layers = ['municipality']

  test('XML and JSON of one catalogue read alike', () => {
    const xml =
      '<?xml version="1.0"?><services><service><service_code>7</service_code><service_name>A &amp; B</service_name><keywords>x, y;x</keywords></service></services>'
    const json = '[{"service_code":"7","service_name":"A & B","keywords":"x, y;x","description":null}]'
    expect(importServices(xml, layers)).toEqual(importServices(json, layers))
    expect(importServices(xml, layers).services).toEqual([
      { code: '7', name: 'A & B', keywords: ['x', 'y'], layers },
    ])
  })

  test.each([['<services/>'], ['<services></services>'], ['[]'], ['{"services":[]}']])(
    '%s is a catalogue of none',
    text => {
      expect(importServices(text, layers)).toMatchObject({ services: [], refused: [] })
    },
  )

  test('a bad entry is refused by its code, with the reason, and the others are taken', () => {
    const text = JSON.stringify([
      { service_code: 'good', service_name: 'Good' },
      { service_code: 'no name' },
      { service_name: 'No code' },
      { service_code: 'good', service_name: 'Again' },
      { service_code: 'long', service_name: 'Long', description: 'x'.repeat(4001) },
    ])
    const { services, refused } = importServices(text, layers)
    expect(services.map(({ code }) => code)).toEqual(['good'])
    expect(refused.map(({ code }) => code)).toEqual(['no name', 'number 3', 'good', 'long'])
    expect(refused[2]?.reasons).toEqual(['Its code is used twice'])
    expect(refused[3]?.reasons[0]).toContain('Use 4,000 characters or fewer')
  })

  test('a code that is not allowed here is made anew, and theirs is kept beside it', () => {
    const text = JSON.stringify([
      { service_code: 'Abandoned vehicles', service_name: 'Abandoned vehicles' },
      { service_code: 'Trees/Hedges', service_name: 'Trees & hedges' },
      { service_code: 'Straße', service_name: 'Straßenschaden' },
      { service_code: '東京', service_name: 'Tokyo' },
      { service_code: 'trees hedges', service_name: 'Others' },
      { service_code: '001', service_name: 'Litter' },
    ])
    const { services, refused } = importServices(text, layers)
    expect(refused).toEqual([])
    expect(services.map(({ code, externalCode }) => [code, externalCode])).toEqual([
      ['abandoned-vehicles', 'Abandoned vehicles'],
      ['trees-hedges', 'Trees/Hedges'],
      ['strasse', 'Straße'],
      ['service', '東京'],
      ['trees-hedges-2', 'trees hedges'],
      ['001', undefined],
    ])
    const again = { service_code: 'Trees/Hedges', service_name: 'Again' }
    expect(importServices(JSON.stringify([...JSON.parse(text), again]), layers).refused).toEqual([
      { code: 'Trees/Hedges', reasons: ['Its code is used twice'] },
    ])
  })

  test('entities are read, and one root after another', () => {
    const entry = (code: string, name: string) =>
      `<service><service_code>${code}</service_code><service_name>${name}</service_name></service>`
    const roots = `<?xml version="1.0"?><services type="array">${entry('1', 'A &eacute; B')}</services>\n<?xml version="1.0"?><services>${entry('2', 'C')}</services>${entry('3', 'D')}`
    expect(importServices(roots, layers).services.map(({ code, name }) => [code, name])).toEqual([
      ['1', 'A é B'],
      ['2', 'C'],
      ['3', 'D'],
    ])
    expect(importServices(entry('3', 'D') + entry('4', 'E'), layers).services).toHaveLength(2)
  })

  test('XML is read in the encoding that it declares', () => {
    const xml = '<?xml version="1.0" encoding="ISO-8859-1"?><services/>é'
    const bytes = Uint8Array.from(xml, character => character.charCodeAt(0))
    expect(declaredText(bytes)).toBe(xml)
    expect(() => declaredText(Uint8Array.of(0x7b, 0xff))).toThrow(
      expect.objectContaining({ slug: 'bad-request' }),
    )
  })

  test('a definition finds its service by the code that it had', () => {
    const definition = {
      service_code: 'Trees/Hedges',
      attributes: [{ code: 'how tall?', datatype: 'string', description: 'How tall?' }],
    }
    const text =
      'services:\n  - { code: trees-hedges, externalCode: Trees/Hedges, name: Trees, layers: [municipality] }\n'
    const merged = mergeCatalogue(text, importServices(JSON.stringify(definition), layers))
    expect(merged).toMatchObject({ defined: ['Trees/Hedges'], unknown: [] })
    expect(merged.text).toContain('code: how-tall')
  })

  test('the codes of a partner are mapped in region.yaml, whose comments stay', () => {
    const region = 'partners:\n  - id: state # theirs\n    open311: { endpoint: https://dot.example }\n'
    const { services } = importServices('[{"service_code":"Trees/Hedges","service_name":"Trees"}]', layers)
    const mapped = withPartnerCodes(region, 'state', services) ?? ''
    expect(mapped).toMatch(/id: state # theirs[\s\S]*services: .*trees-hedges: Trees\/Hedges/)
    expect(withPartnerCodes(region, 'other', services)).toBe(undefined)
  })

  test('a definition with a choice of nothing is refused whole', () => {
    const text = JSON.stringify({
      service_code: 'x',
      attributes: [{ code: 'a', datatype: 'singlevaluelist', description: 'Which?', values: [] }],
    })
    expect(importServices(text, layers)).toMatchObject({
      refused: [{ code: 'x', reasons: [expect.stringContaining('without options')] }],
    })
  })

  test('a list of one value in a definition is still a list', () => {
    const text =
      '<service_definition><service_code>x</service_code><attributes><attribute><variable>true</variable><code>a</code><datatype>multivaluelist</datatype><required>true</required><order>1</order><description>Which?</description><values><value><key>A key</key><name>A</name></value></values></attribute></attributes></service_definition>'
    expect(importServices(text, layers).questions.get('x')).toEqual([
      {
        code: 'a',
        type: 'choices',
        label: 'Which?',
        required: true,
        options: [{ key: 'A key', label: 'A' }],
      },
    ])
  })

  test.each([
    ['nothing', ''],
    ['words', 'hello'],
    ['JSON of something else', '{"features":[]}'],
    ['XML that is cut off', '<services><service>'],
    [
      'an entity that would grow',
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><services><service><service_code>&b;</service_code></service></services>',
    ],
    ['ten million characters', ' '.repeat(10_000_001)],
  ])('%s is refused with a reason', (_, text) => {
    expect(() => importServices(text, layers)).toThrow(expect.objectContaining({ slug: 'bad-request' }))
  })
})

test.each([
  ['a<br>b<br/>c', 'a\nb\nc'],
  ['<p>One</p><p>Two &amp; three</p>', 'One\nTwo & three'],
  ['<ul><li>a</li><li>b</li></ul>', '- a\n- b'],
  ['x < y and y > z', 'x < y and y > z'],
  ['<script>alert(1)</script>Hello', 'Hello'],
  ['&#233;&#x41;&nbsp;&unknown;', 'éA &unknown;'],
  ['&eacute;&copy;&frac12;&rarr;&#27;&AMP;&copy', 'é©½→ &&copy'],
])('%s reads as plain text', (html, text) => {
  expect(plainText(html)).toBe(text)
})

test('references in XML are read once: as characters, never as markup', () => {
  const name = 'Caf&#233; &amp;amp; &lt;b&gt;&hellip;&#0;<![CDATA[ &amp;]]>'
  const xml = `<services><service><service_name>${name}</service_name></service></services>`
  expect(readGeoReport(xml)).toEqual({ services: [{ service_name: 'Café &amp; <b>… &amp;' }] })
})

import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { Container, type GeoReportAnswer, writeJson, writeXml } from '../src/open311/format/serialize.ts'

const parser = new XMLParser({ parseTagValue: false, trimValues: false, htmlEntities: true })
const requests = (...items: { description: string }[]): GeoReportAnswer => ({
  root: 'service_requests',
  value: new Container('request', items),
})

describe('one tree, two formats', () => {
  test('a container of none, one or two is an array in JSON', () => {
    expect(writeJson(requests())).toBe('[]')
    expect(writeJson(requests({ description: 'a' }))).toBe('[{"description":"a"}]')
    expect(writeJson(requests({ description: 'a' }, { description: 'b' }))).toBe(
      '[{"description":"a"},{"description":"b"}]',
    )
  })

  test('a container of none, one or two is one element with as many children in XML', () => {
    const body = (answer: GeoReportAnswer) => writeXml(answer).replace(/^.*\n/, '').trim()
    expect(body(requests())).toBe('<service_requests/>')
    expect(body(requests({ description: 'a' }))).toBe(
      '<service_requests><request><description>a</description></request></service_requests>',
    )
    expect(body(requests({ description: 'a' }, { description: 'b' })).match(/<request>/g)).toHaveLength(2)
  })

  test('containers nest: attributes hold values, formats hold plain text', () => {
    const value = {
      service_code: '001',
      attributes: new Container('attribute', [
        { code: 'A', values: new Container('value', [{ key: '1', name: 'One' }]) },
      ]),
      formats: new Container('format', ['text/xml']),
    }
    const answer = { root: 'service_definition', value }
    expect(JSON.parse(writeJson(answer))).toEqual({
      service_code: '001',
      attributes: [{ code: 'A', values: [{ key: '1', name: 'One' }] }],
      formats: ['text/xml'],
    })
    expect(writeXml(answer)).toContain(
      '<attributes><attribute><code>A</code><values><value><key>1</key><name>One</name></value></values></attribute></attributes><formats><format>text/xml</format></formats>',
    )
  })

  test('XML declares UTF-8; null is an empty element, undefined none, zero and false are values', () => {
    const xml = writeXml({ root: 'r', value: { none: null, absent: undefined, lat: 0, metadata: false } })
    expect(xml).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?>/)
    expect(xml).toContain('<r><none/><lat>0</lat><metadata>false</metadata></r>')
  })

  test('numbers and texts keep their kind in JSON: 001 keeps its zeros', () => {
    expect(writeJson({ root: 'r', value: { code: '001', lat: 0, none: null } })).toBe(
      '{"code":"001","lat":0,"none":null}',
    )
  })
})

describe('any text survives', () => {
  test.each([
    'a & b',
    'a &#13; b',
    '<script>alert(1)</script>',
    ']]>',
    '🕳️ é ф',
    'one\r\ntwo\rthree\nfour',
    '&amp;',
    '\tx ',
  ])('%j', text => {
    const xml = writeXml(requests({ description: text }))
    expect(XMLValidator.validate(xml)).toBe(true)
    expect(parser.parse(xml).service_requests.request.description).toBe(text)
    expect(JSON.parse(writeJson(requests({ description: text })))).toEqual([{ description: text }])
  })

  test('what XML 1.0 cannot carry is left out, so the answer can always be read', () => {
    const xml = writeXml(requests({ description: 'a\u0000b\u0008c\u{FFFE}d\uD800e' }))
    expect(xml).toContain('<description>abcde</description>')
  })

  test('any text gives XML that reads back as the same text, but for what XML cannot carry', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('\r', '\n', '\0', '&', ';', '<', ']', '>', '#13', 'é', '🕳️', '\uD800', ' '),
        }),
        text => {
          const xml = writeXml(requests({ description: text }))
          const carried = text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
          const read: unknown = parser.parse(xml).service_requests.request.description
          return XMLValidator.validate(xml) === true && read === carried
        },
      ),
    )
  })
})

const { XMLParser } = require('fast-xml-parser')

const parser = new XMLParser({
  preserveOrder: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
})

/** XML by the "Spark" convention: one child, or several of one name, make a list; others an object; a leaf its value. */
exports.parseXml = text => {
  const root = parser.parse(text).find(node => !('?xml' in node) && !('#text' in node))
  return convert(Object.values(root)[0])
}

function convert(nodes) {
  const children = nodes.filter(node => !('#text' in node)).map(node => Object.entries(node)[0])
  if (children.length === 0) return leaf(nodes.map(node => node['#text']).join(''))
  const names = new Set(children.map(([name]) => name))
  const values = children.map(([, inner]) => convert(inner))
  if (children.length === 1 || names.size < children.length) return values
  return Object.fromEntries(children.map(([name], index) => [name, values[index]]))
}

function leaf(text) {
  if (text === '') return null
  if (!Number.isNaN(Number(text))) return Number(text)
  return { true: true, false: false }[text.toLowerCase()] ?? text
}

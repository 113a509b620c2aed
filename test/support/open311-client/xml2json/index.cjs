const { XMLParser } = require('fast-xml-parser')

exports.toJson = text => new XMLParser({ parseTagValue: false, htmlEntities: true }).parse(text)

// Names a browser and its system for the session list. Can be forged, so nothing depends on it.

type Known = readonly (readonly [name: string, mark: RegExp])[]

const browsers: Known = [
  ['Edge', /\bEdg(?:A|iOS|e)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
]
const systems: Known = [
  ['Windows', /\bWindows\b/],
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
]

export function deviceWords(userAgent = ''): string {
  const found = [browsers, systems].map(known => known.find(([, mark]) => mark.test(userAgent))?.[0])
  return found.filter(name => name !== undefined).join(', ')
}

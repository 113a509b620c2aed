import type { Refusal } from '../../../geography/refusal.ts'
import type { ByteStream } from '../bytes.ts'
import type { FileRecord, RecordFault, Table } from '../table.ts'
import { UnreadableFile } from '../unreadable.ts'
import { decoded, detectEncoding, encodingNames } from './text.ts'

const delimiters: readonly (readonly [mark: string, name: string])[] = [
  [',', 'commas'],
  ['\t', 'tabs'],
  [';', 'semicolons'],
  ['|', 'vertical bars'],
]

/** In characters. A parcel's outline as text can take hundreds of thousands. */
const MAX_RECORD = 1_000_000
/** A quotation mark that is closed after more lines than this was never meant to open. */
const MAX_LINES = 100

/** A table in text, by the marks between its values. The first line names the columns. `head` is its beginning. */
export async function openCsv(stream: ByteStream, head: string): Promise<Table | Refusal> {
  const newline = head.includes('\n') ? '\n' : '\r'
  const [, firstLine = ''] = /^(?:\s*\n)?([^\r\n]*)/.exec(head) ?? []
  const unquoted = firstLine.replace(/"[^"]*"/g, '')
  const [[delimiter, name] = [',', 'commas']] = delimiters.toSorted(
    ([a], [b]) => unquoted.split(b).length - unquoted.split(a).length,
  )
  const parsed = recordAt(`${firstLine}\n`, 0, { delimiter, newline: '\n' })
  if (typeof parsed === 'string' || parsed.values.length < 2) {
    return {
      why: 'Its first line does not name several columns, separated by commas, tabs, semicolons or vertical bars',
      repair: 'Save it as CSV with a heading, or as GeoJSON',
    }
  }
  if (parsed.values.some(value => /^-?\d+\.\d+$/.test(value.trim()))) {
    return {
      why: `Its first line has values where the names of the columns should be (${firstLine.slice(0, 80)})`,
      repair: 'Add a first line such as LON,LAT,NUMBER,STREET',
    }
  }
  const columns = distinct(parsed.values)
  const encoding = await detectEncoding(stream)
  return {
    format: `CSV separated by ${name}, in ${encodingNames[encoding]}`,
    records: () => recordsOf(decoded(stream, encoding), columns, { delimiter, newline }),
  }
}

function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return names.map((written, index) => {
    const name = written.trim() || `column ${index + 1}`
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return times === 1 ? name : `${name} ${times}`
  })
}

interface Marks {
  readonly delimiter: string
  readonly newline: string
}

async function* recordsOf(
  chunks: AsyncIterable<string>,
  columns: readonly string[],
  marks: Marks,
): AsyncIterable<readonly FileRecord[]> {
  const lines = new Lines(columns, marks)
  for await (const chunk of chunks) {
    const batch = lines.push(chunk)
    if (batch.length > 0) yield batch
  }
  const batch = lines.end()
  if (batch.length > 0) yield batch
}

class Lines {
  readonly #columns: readonly string[]
  readonly #marks: Marks
  #rest = ''
  #line = 1
  #number = 0
  #isHeading = true

  constructor(columns: readonly string[], marks: Marks) {
    this.#columns = columns
    this.#marks = marks
  }

  push(chunk: string): FileRecord[] {
    return this.#take(this.#rest + chunk, false)
  }

  end(): FileRecord[] {
    const { newline } = this.#marks
    return this.#rest === '' ? [] : this.#take(`${this.#rest}${newline}`, true)
  }

  #take(text: string, isEnd: boolean): FileRecord[] {
    const { newline } = this.#marks
    const records: FileRecord[] = []
    let at = 0
    while (at < text.length) {
      const found = recordAt(text, at, this.#marks)
      if (found === 'incomplete' && !isEnd && text.length - at <= MAX_RECORD) break
      const end = text.indexOf(newline, at)
      if (end < 0) {
        throw new UnreadableFile(
          `Line ${this.#line} has more than ${MAX_RECORD.toLocaleString('en-US')} characters`,
          'Check that it is a table in text, and download it again',
        )
      }
      const line = this.#line
      if (typeof found === 'string') {
        records.push(this.#faulty(line, 'unbalanced-quotes'))
        this.#line++
        at = end + 1
        continue
      }
      this.#line += found.lines
      at = found.end
      const [only] = found.values
      if (found.values.length === 1 && only?.trim() === '') continue
      if (this.#isHeading) this.#isHeading = false
      else records.push(this.#record(line, found.values))
    }
    this.#rest = text.slice(at)
    return records
  }

  #record(line: number, written: readonly string[]): FileRecord {
    if (written.length !== this.#columns.length) return this.#faulty(line, 'wrong-number-of-values')
    const values: Record<string, string> = {}
    for (let i = 0; i < written.length; i++) values[this.#columns[i] ?? ''] = written[i] ?? ''
    return { number: ++this.#number, line, values }
  }

  #faulty(line: number, fault: RecordFault): FileRecord {
    return { number: ++this.#number, line, values: {}, fault }
  }
}

interface Parsed {
  readonly values: readonly string[]
  /** Where the next record begins. */
  readonly end: number
  readonly lines: number
}

/** RFC 4180; a quotation mark inside a value that does not begin with one is a character like others (inches). */
function recordAt(text: string, start: number, marks: Marks): Parsed | 'incomplete' | 'malformed' {
  const { delimiter, newline } = marks
  const end = text.indexOf(newline, start)
  if (end < 0) return 'incomplete'
  const quote = text.indexOf('"', start)
  if (quote < 0 || quote > end) {
    const line =
      text.charCodeAt(end - 1) === CARRIAGE_RETURN ? text.slice(start, end - 1) : text.slice(start, end)
    return { values: line.split(delimiter), end: end + 1, lines: 1 }
  }
  return quotedRecordAt(text, start, marks)
}

const CARRIAGE_RETURN = 13

function quotedRecordAt(
  text: string,
  start: number,
  { delimiter, newline }: Marks,
): Parsed | 'incomplete' | 'malformed' {
  const values: string[] = []
  let at = start
  let lines = 1
  for (;;) {
    if (text[at] === '"') {
      const close = closingQuote(text, at + 1)
      if (close < 0) return 'incomplete'
      const inside = text.slice(at + 1, close)
      lines += inside.split(newline).length - 1
      if (lines > MAX_LINES) return 'malformed'
      values.push(inside.replaceAll('""', '"'))
      at = close + 1
      if (text.startsWith('\r\n', at)) at++
      if (at >= text.length) return 'incomplete'
    } else {
      const end = text.indexOf(newline, at)
      if (end < 0) return 'incomplete'
      const next = text.indexOf(delimiter, at)
      const stop = next < 0 || next > end ? end : next
      values.push(text.slice(at, stop).replace(/\r$/, ''))
      at = stop
    }
    if (text[at] === newline) return { values, end: at + 1, lines }
    if (text[at] !== delimiter) return 'malformed'
    at++
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at)
    if (at < 0 || text[at + 1] !== '"') return at
  }
}

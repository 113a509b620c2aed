// Readers of binary formats. What lies beyond the end is a `RangeError`.

export type Bytes = Uint8Array<ArrayBuffer>

export function byte(bytes: Bytes, at: number): number {
  const value = bytes[at]
  if (value === undefined) throw new RangeError('beyond the end')
  return value
}

export function view(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function ascii(bytes: Bytes, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}

export function startsWith(bytes: Bytes, signature: readonly number[]): boolean {
  return signature.every((value, index) => bytes[index] === value)
}

export function join(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

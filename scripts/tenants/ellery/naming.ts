import { type Point, seeded } from '../plane.ts'
import { type Lane, loop, type Street } from '../streets.ts'

const chance = seeded(311)

export const rows = (names: string, first: number, step: number, from: number, to: number): Lane[] =>
  names.split(', ').map((name, i): Lane => [name, first + i * step, from, to])

export const along = (names: string, suffix: string) =>
  names
    .split(', ')
    .map(name => `${name} ${suffix}`)
    .join(', ')

export const pod = (
  center: Point,
  [width, height, degrees, reach]: readonly [number, number, number, number],
  drive: string,
  through: string,
  courts: string,
): Street[] =>
  loop({ center, size: [width, height], degrees, reach, drive, through, courts: courts.split(', '), chance })

import { expect, test } from 'vitest'
import { lakeEdited, lakeFiles } from './support/lake.ts'
import { deployment } from './support/terminal.ts'

const cityHost = lakeEdited(
  'region.yaml',
  'hosts: [lake.example]',
  'hosts: [lake.example]\njurisdictionHosts: { west.example: west }',
)

test('an operator applies a host without a proof, and confirms one for a draft', async () => {
  const { write, countyline } = deployment()
  write('lake', cityHost)
  expect((await countyline('apply')).code).toBe(0)
  const confirmed = await countyline(
    'hosts',
    'confirm',
    '311.East.example',
    '--region',
    'lake',
    '--as',
    'olga',
  )
  expect(confirmed).toMatchObject({ code: 0, out: expect.stringContaining('311.east.example is confirmed') })
  const { json } = await countyline('hosts', 'list', '--region', 'lake', '--json')
  expect(json).toEqual({
    region: 'lake',
    hosts: [
      { host: 'lake.example', jurisdiction: null, inForce: true, proof: null },
      { host: 'west.example', jurisdiction: 'west', inForce: true, proof: null },
      {
        host: '311.east.example',
        jurisdiction: null,
        inForce: false,
        proof: { kind: 'operator', by: 'operator:olga', at: Date.parse('2026-06-01T16:00:00Z') },
      },
    ],
  })
  const { out } = await countyline('hosts', 'list', '--region', 'lake')
  expect(out).toContain('lake.example      in force: shared\n')
  expect(out).toContain(
    '311.east.example  not in force  confirmed by the operator, 2026-06-01, operator:olga\n',
  )
})

test('a host that is in force needs no confirmation', async () => {
  const { write, countyline } = deployment()
  write('lake', lakeFiles())
  await countyline('apply')
  const { code, out } = await countyline('hosts', 'confirm', 'lake.example', '--region', 'lake')
  expect([code, out]).toEqual([0, 'lake serves lake.example already. It needs no proof.\n'])
})

test.each([
  ['*', 'lake', '"*" is not a host name'],
  ['https://311.east.example', 'lake', 'is not a host name'],
  ['south.example', 'lake', 'The host "south.example" already belongs to the region south'],
  ['311.east.example', 'nowhere', 'No region "nowhere" has been applied'],
])('%s is refused for %s', async (host, region, message) => {
  const { write, countyline } = deployment()
  write('lake', lakeFiles())
  write('south', lakeEdited('region.yaml', 'lake.example', 'south.example'))
  await countyline('apply')
  const { code, err } = await countyline('hosts', 'confirm', host, '--region', region)
  expect([code, err]).toEqual([1, expect.stringContaining(message)])
})

import { hostsIn, otherRegionOf, readHostName, readProofs, saveProof } from '../../admin/hosts/hosts.ts'
import { openRegion } from '../../core/database/handles.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { command, refuse } from '../command.ts'
import { appliedSnapshot, asOption, operatorOf, readSlug, withPlatform } from '../configuration.ts'

const region = { type: 'string', value: 'R', required: true, help: 'The region' } as const

export const listHostsCommand = command({
  name: 'hosts list',
  summary: 'List the host names of a region, and which are proved',
  options: { region },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const { slug, inForce } = await applied(platform, options.region)
      const proofs = new Map((await readProofs(databaseOf(platform, slug))).map(row => [row.host, row]))
      const names = [...new Set([...inForce.keys(), ...proofs.keys()])]
      const hosts = names.map(host => {
        const { kind, by, at } = proofs.get(host) ?? {}
        return {
          host,
          jurisdiction: inForce.get(host) ?? null,
          inForce: inForce.has(host),
          proof: kind === undefined ? null : { kind, by, at },
        }
      })
      const width = Math.max(0, ...names.map(({ length }) => length))
      const lines = hosts.map(({ host, jurisdiction, inForce, proof }) =>
        [
          host.padEnd(width),
          inForce ? `in force: ${jurisdiction ?? 'shared'}` : 'not in force',
          ...(proof === null ? [] : [`${ways[proof.kind]}, ${day(proof.at)}, ${proof.by}`]),
        ].join('  '),
      )
      return { ok: true, lines, json: { region: slug, hosts } }
    }),
})

const ways = {
  file: 'proved by its file',
  dns: 'proved by its DNS record',
  operator: 'confirmed by the operator',
} as const

const day = (at = 0) => new Date(at).toISOString().slice(0, 10)

export const confirmHostCommand = command({
  name: 'hosts confirm',
  summary: 'Confirm that a host name belongs to a region, instead of a proof',
  operands: ['HOST'],
  options: { region, as: asOption },
  run: (terminal, { options, operands: [written = ''] }) =>
    withPlatform(terminal, async platform => {
      const by = `operator:${operatorOf(options.as)}`
      const { slug, inForce } = await applied(platform, options.region)
      const host = readHostName(written)
      if (host === undefined) {
        throw refuse(`"${written}" is not a host name. Use only the name, without https:// or a port.`)
      }
      const other = await otherRegionOf(platform, slug, host)
      if (other !== undefined) throw refuse(`The host "${host}" already belongs to the region ${other}.`)
      const json = { region: slug, host }
      if (inForce.has(host)) {
        return { ok: true, lines: [`${slug} serves ${host} already. It needs no proof.`], json }
      }
      const at = platform.clock.now()
      await saveProof(databaseOf(platform, slug), { host, kind: 'operator', by, at })
      return { ok: true, lines: [`${host} is confirmed. A draft of ${slug} with it can be applied.`], json }
    }),
})

const databaseOf = (platform: NodePlatform, slug: string) =>
  openRegion(platform, { kind: 'system', reason: 'hosts' }, slug)

/** With whose each host in force is; undefined: the region's shared site. */
async function applied(platform: NodePlatform, given: string) {
  const slug = readSlug('--region', given)
  const snapshot = await appliedSnapshot(platform, slug)
  if (snapshot === undefined) {
    throw refuse(`No region "${slug}" has been applied. Run countyline apply first.`)
  }
  const named = hostsIn({ ...snapshot.documents.region })
  return { slug, inForce: new Map(named.map(({ host, jurisdiction }) => [host, jurisdiction])) }
}

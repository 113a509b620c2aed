import { addAdministrator } from '../../identity/staff/administrators.ts'
import { currentHosts, currentRegion } from '../../regions/runtime/current.ts'
import { command, refuse } from '../command.ts'
import { asOption, operatorOf, orNothingYet, requireAddress, withPlatform } from '../configuration.ts'
import { linkFor, withEmail } from './grants.ts'

export const addAdministratorCommand = command({
  name: 'administrators add',
  summary: 'Make a person an administrator of a region',
  options: {
    region: { type: 'string', required: true, value: 'R', help: 'The region' },
    email: { type: 'string', required: true, value: 'E', help: 'Their email address' },
    name: { type: 'string', value: 'N', help: 'Their name, for a new person' },
    as: asOption,
  },
  run: (terminal, { options: { region: slug, email, name, as } }) =>
    withPlatform(terminal, async platform => {
      requireAddress(terminal)
      const known = await orNothingYet(async () => (await currentHosts(platform)).regions, new Set<string>())
      if (!known.has(slug)) throw refuse(`No region "${slug}" has been applied. Run countyline apply first.`)
      const region = await currentRegion(platform, slug)
      const operator = operatorOf(as)
      const madeBy = `operator:${operator}`
      const staff = await withEmail(() => addAdministrator(platform, slug, { email, name }, madeBy))
      const link = await linkFor(platform, region, staff, operator)
      return {
        ok: true,
        lines: [`${email} administers ${slug}.`, `Give them this link, valid once: ${link}`],
        json: { region: slug, staff, link },
      }
    }),
})

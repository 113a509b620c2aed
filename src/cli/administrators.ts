import { addAdministrator } from '../people/administrators.ts'
import { currentHosts, currentRegion } from '../regions/current.ts'
import { command, refuse } from './command.ts'
import { asOption, operatorOf, orNothingYet, withPlatform } from './configuration.ts'
import { linkFor, withEmail } from './grants.ts'

export const addAdministratorCommand = command({
  name: 'administrators add',
  summary: 'Let the owner of a mailbox look after who administers the jurisdictions of a region',
  options: {
    region: { type: 'string', required: true, value: 'R', help: 'The region' },
    email: { type: 'string', required: true, value: 'E', help: 'The mailbox' },
    name: { type: 'string', value: 'N', help: 'What they are called, if they are not known yet' },
    as: asOption,
  },
  run: (terminal, { options: { region: slug, email, name, as } }) =>
    withPlatform(terminal, async platform => {
      const known = await orNothingYet(async () => (await currentHosts(platform)).regions, new Set<string>())
      if (!known.has(slug)) throw refuse(`No region "${slug}" has been applied. Run countyline apply first.`)
      const region = await currentRegion(platform, slug)
      const operator = operatorOf(as)
      const madeBy = `operator:${operator}`
      const staff = await withEmail(() => addAdministrator(platform, slug, { email, name }, madeBy))
      const link = await linkFor(platform, region, staff, operator)
      return {
        ok: true,
        lines: [`${email} administers ${slug}.`, `Hand over this link, good once: ${link}`],
        json: { region: slug, staff, link },
      }
    }),
})

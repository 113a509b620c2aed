import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'

const setupCode = () => randomBytes(10).toString('hex').toUpperCase().match(/.{5}/g)?.join('-') ?? ''
const key = () => randomBytes(32).toString('base64url')

/** Writes a settings file with fresh keys, which only its owner can read. Throws if there is a file already. */
export function writeNewSettings(file: string): void {
  writeFileSync(file, template(), { mode: 0o600, flag: 'wx' })
}

const template =
  () => `# Settings of one deployment on Cloudflare Workers (docs/deploy.md). Keep a copy where no backup of the data is:
# without MASTER_KEY nobody can read contact details any more.

# Cloudflare: the account's id (dashboard, Workers & Pages) and an API token. They stay on this machine.
CLOUDFLARE_ACCOUNT_ID=
CLOUDFLARE_API_TOKEN=
# Domains that the worker answers, with commas. Their zones are in this account. Empty: https://NAME.SUBDOMAIN.workers.dev
DOMAINS=

# Where residents reach it. Links in emails begin with it.
PUBLIC_URL=https://

# The databases, and who creates them: Turso ...
DATABASE_URL=libsql://{name}-ORGANIZATION.turso.io
DATABASE_TOKEN=
TURSO_ORGANIZATION=
TURSO_GROUP=
TURSO_API_TOKEN=
# ... or a libSQL server of your own.
# DATABASE_URL=https://
# DATABASE_TOKEN=
# DATABASE_ADMIN_URL=https://
# DATABASE_ADMIN_TOKEN=

# Made just now. Never change them by hand: countyline keys rotate.
MASTER_KEY=${key()}
SIGNING_KEY=${key()}

# Opens /metrics and /doctor to your monitoring and to countyline doctor --url (docs/operate.md).
METRICS_TOKEN=${key()}

# Who opens the new site first is asked for it, and sets up the region (docs/deploy.md). Then it is worth nothing any more.
SETUP_CODE=${setupCode()}

# A mail service over HTTP (docs/partners.md).
MAIL_URL=
MAIL_TOKEN=
MAIL_FROM=
`

import { isCopyingFailing } from '../../audit/anchors.ts'
import { openRegion } from '../../core/database/handles.ts'
import { probeStorage } from '../../core/encryption/files.ts'
import { currentHosts, keptNow } from '../../regions/runtime/current.ts'
import { type Check, each, type Finding, fault, named, ok, reasonOf, warning } from './examine.ts'

export const email: Check = {
  name: 'email',
  async run({ mail }) {
    if (mail.isDemo) return [ok('Emails stay in the demonstration’s mailbox.')]
    if (!mail.isConfigured) {
      const mend = 'Set SMTP_URL or MAIL_URL, and MAIL_FROM (docs/partners.md).'
      return [warning('No email is sent: residents get no updates, and staff no invitations.', mend)]
    }
    return verified('mail server', 'SMTP_URL or MAIL_URL and its token', mail.verify)
  },
}

export const textMessages: Check = {
  name: 'text messages',
  async run({ sms }) {
    if (sms.isDemo) return [ok('Text messages stay in the demonstration’s mailbox.')]
    if (!sms.isConfigured) return [ok('Not set up: residents sign in by email only.')]
    return verified('provider of text messages', 'SMS_URL', sms.verify)
  },
}

async function verified(what: string, settings: string, verify?: () => Promise<void>): Promise<Finding[]> {
  try {
    await verify?.()
    return [ok(`The ${what} answers.`)]
  } catch (error) {
    return [
      fault(
        `The ${what} cannot be used: ${reasonOf(error)}`,
        `Check ${settings}, and that this host may connect.`,
      ),
    ]
  }
}

export const storage: Check = {
  name: 'storage',
  async run(platform) {
    try {
      await probeStorage(platform)
      return [ok('A file was stored, read and deleted.')]
    } catch (error) {
      return [
        fault(
          `Photos cannot be stored: ${reasonOf(error)}`,
          'Check that the folder is writable and the disk has room, or the bucket and its key.',
        ),
      ]
    }
  },
}

export const anchors: Check = {
  name: 'audit anchors',
  async run(platform) {
    if (platform.anchors === undefined) {
      const mend = 'Set AUDIT_ANCHOR_FILE or AUDIT_ANCHOR_URL (docs/audit.md).'
      return [warning('The audit’s seals are kept in the databases only.', mend)]
    }
    try {
      await platform.anchors.verify()
    } catch (error) {
      return [fault(`Copies of the audit’s seals cannot be kept elsewhere: ${reasonOf(error)}`, MEND_ANCHORS)]
    }
    const { regions } = await currentHosts(platform)
    const failing = await each([...regions], REGIONS_AT_ONCE, async slug =>
      (await isCopyingFailing(openRegion(platform, access, slug))) ? slug : undefined,
    )
    const slugs = failing.filter(slug => slug !== undefined)
    if (slugs.length > 0) {
      const mend = `Run \`countyline jobs\`: it says why \`audit-anchor\` fails. ${MEND_ANCHORS}`
      return [fault(`Copies of the audit’s seals of ${named(slugs)} were not taken elsewhere.`, mend)]
    }
    return [ok('Copies of the audit’s seals are kept elsewhere.')]
  },
}

const access = { kind: 'system', reason: 'doctor' } as const
const REGIONS_AT_ONCE = 8
const MEND_ANCHORS =
  'Check that the server may write AUDIT_ANCHOR_FILE, or AUDIT_ANCHOR_URL and its token (docs/audit.md).'

/** What a new isolate of a Worker serves while the databases are away. */
export const keptConfiguration: Check = {
  name: 'kept configuration',
  async run(platform) {
    const { kept, clock } = platform
    if (kept === undefined) return []
    try {
      await kept.write('doctor', String(clock.now()), '')
      const { regions, missing } = await keptNow(platform)
      if (missing.length === 0)
        return [ok(`The configuration of ${regions} regions is kept for new isolates.`)]
      const mend =
        'Open a page of each, and check again in a minute. If it stays so, look for snapshot-not-kept in the log.'
      return [warning(`No configuration is kept of ${named(missing)}.`, mend)]
    } catch (error) {
      const what = `The configuration cannot be kept for new isolates: ${reasonOf(error)}`
      const mend = 'Check that SNAPSHOTS is a KV namespace of this account, and its limits.'
      return [fault(what, mend)]
    }
  },
}

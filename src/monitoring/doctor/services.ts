import { probeStorage } from '../../core/encryption/files.ts'
import type { Platform } from '../../platform/platform.ts'
import { type Check, type Finding, fault, ok, reasonOf, warning } from './examine.ts'

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
  run: async ({ anchors }: Platform) =>
    anchors === undefined
      ? [
          warning(
            'The audit’s seals are kept in the databases only.',
            'Set AUDIT_ANCHOR_FILE or AUDIT_ANCHOR_URL (docs/audit.md).',
          ),
        ]
      : [ok('Copies of the audit’s seals are kept elsewhere.')],
}

import type { DemoMailbox, KeptMessage } from './platform.ts'

// The newest ones, in memory: a demonstration needs no more.
const KEPT = 200

/** In place of mail and text messages, which a demonstration never sends. */
export function demoMailbox(): DemoMailbox {
  const kept: KeptMessage[] = []
  const keep = (message: KeptMessage) => {
    kept.push(message)
    if (kept.length > KEPT) kept.shift()
    return 'sent' as const
  }
  return {
    messages: () => kept,
    mail: clock => ({
      isConfigured: true,
      isDemo: true,
      send: async ({ to, subject, text }) => keep({ to, subject, text, at: clock.now() }),
    }),
    sms: clock => ({
      isConfigured: true,
      isDemo: true,
      send: async ({ to, text }) => keep({ to, subject: '', text, at: clock.now() }),
    }),
  }
}

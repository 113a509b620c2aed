import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/* Words that the field has a usual term for (docs/decisions/0032-the-names-of-the-field.md): they do not come back. */

const retired: readonly (readonly [found: RegExp, instead: string])[] = [
  [/\brung\b|\bdoorbell\b|\bBELL\b/, 'enqueued, notification, JOB_QUEUE'],
  [/\b(LONG_PATIENCE|Patience)\b|\bgathers\b/, 'retry policy, coalesces'],
  [
    /\b(handOn|handBack|runOffJob|tellOrigin)|\b(HAND_ON|HAND_BACK|PASS_ON|RUN_OFF|TELL_ORIGIN)\b/,
    'autoTransfer …',
  ],
  [/\bhearPartner\b|\bPartnerWord\b|\bpartner_word\b/, 'partner update'],
  [/\bopenTo(Look|Change|See|Act)\b/, 'authorizeProgram, authorizeStaff'],
  [/\bSighting\b|\bFROM seen\b|\bINTO seen\b/, 'access log'],
  [/\bDeed\b|\bLookOffice\b|\bChangeOffice\b/, 'action result, context'],
  [/\bweigh\(|\bsayStep\b|\bdeskFor\b|\bgroundAt\b/, 'resolveAmbiguity, formatStep, contactDesk, locate'],
  [/\bproveAgain\b|\bprove-again\b|\brefuseStale\b/, 'step up'],
  [/\b\w+Wish\b/, 'input'],
  [/\b\w*[lL]etterFor\b|\bWantedLetter\b|\bstaff-letter\b|\bletter-not-sent\b/, 'email'],
  [/\bmendPolygon\b|\bmendsTold\b/, 'repair'],
  [/\b(FieldFault|FaultCode|BoundaryFault|FaultSummary|faultLine)\b/, 'error, issue'],
  [/\b(database|partner|mail|sms)-away\b/, 'unavailable'],
  [/\bpeople\/\w+\.tsx?\b/, 'identity/'],
  [/\balreadyApplied\b|\bisWithdrawn\b|\bnoReporter\b|\bisSimilar\b|\bshareNews\b/, 'retryOnConflict …'],
  [/\b(limitByDoor|policyOfDoor|everyDoor|DoorName|isAtItsDoor)\b|\bdoors\.ts\b/, 'route, entry point'],
  [
    /\b(rowsThatAre|syncStaffJurisdictions|becomeOne|keysOf(?=\(db)|keptSince)\b/,
    'currentRows, logStaffAction …',
  ],
  [/\b(passesWritesOn|onWake|openTest|openOffice|readReach|sparedUntil)\b/, 'forwardsWrites, onNotify …'],
  [/\b(HandoffAct|RequestAct|ActForm)\b|\bact__form\b|\bacts__\w+/, 'HandoffAction, ActionForm'],
  [/\b(MOST|LONGEST|LEAST)_[A-Z_]+\b|\bPATIENCE_MILLISECONDS\b/, 'MAX_…, MIN_…'],
  [
    /\b\w*[mM]etres?(Per|Between|Along)\w*\b|\bcentre[XY]\b|(?<!sign-in-)\bneighbours?\b/,
    'meters, center, neighbor',
  ],
  [/\blettersTo\b|\bletIn\b|\bletWork\b|\bforPeople\b/, 'emailsTo, grantRole'],
  [/\btidy(Job|Identity|Confirmations)\b/, 'cleanUp…'],
]
/** Where earlier names are data: exports and databases of the version before. */
const exempt = new Set(['src/cli/archive/tables.ts', 'test/upgrade.test.ts', 'test/words.test.ts'])

const root = fileURLToPath(new URL('../', import.meta.url))
// Migrations have the words of their time.
const files = globSync('{src,test,bench,scripts,docs}/**/*.{ts,tsx,md}', {
  cwd: root,
  exclude: ['src/core/database/migration-texts.ts', 'src/core/database/complete-schemas.ts'],
})
  .map(file => file.split('\\').join('/'))
  .filter(file => !exempt.has(file) && !file.startsWith('docs/decisions/'))

it.each(retired)('nothing is called %s: the term is %s', word => {
  const found = files.flatMap(file =>
    readFileSync(root + file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (word.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )
  expect(found).toEqual([])
})

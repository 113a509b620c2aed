import type { Expectation } from './expectation.ts'

/* Administration of a region's configuration. Drafts are the region's: all its administrators see them. */

const seen = {
  by: 'cookie',
  needs: 'see administration',
  isAdministration: true,
} as const
const draft = { ...seen, ids: { ':draft': 'draft' } } as const
const edited = { ...draft, needs: 'administer' } as const
/** Their numbers are no secret: each region counts from 1. */
const version = { ...seen, ids: { ':version': 'version' }, isPublic: true } as const
const inService = { ':draft': 'draft', ':service': 'service' } as const
const ofService = { ...draft, ids: inService } as const
const inQuestion = { ...inService, ':question': 'question' } as const
const ofQuestion = { ...draft, ids: inQuestion } as const
const inAgreement = { ':draft': 'draft', ':agreement': 'agreement' } as const
const inPartner = { ':draft': 'draft', ':partner': 'partner' } as const
const inOwnService = { ...inService, ':jurisdiction': 'jurisdiction' } as const
const ofOwnService = { ...draft, ids: inOwnService } as const
const ownServiceSaved = { ...ofOwnService, needs: 'configure', form: () => ({}) } as const
const inOwnQuestion = { ...inQuestion, ':jurisdiction': 'jurisdiction' } as const
// Nobody has questions of their own here.
const ownQuestionSaved = {
  ...draft,
  ids: inOwnQuestion,
  needs: 'configure',
  also: 404,
  form: () => ({}),
} as const
const inviting = { by: 'cookie', needs: 'grant', ids: { ':jurisdiction': 'jurisdiction' } } as const
const pastImport = { ...inviting, ids: { ':jurisdiction': 'jurisdiction', ':import': 'import' } } as const
const inJurisdiction = { ':draft': 'draft', ':jurisdiction': 'jurisdiction' } as const

export const admin: Record<string, Expectation> = {
  'GET /admin': seen,
  'GET /admin/coverage': seen,
  'GET /admin/versions': seen,
  'GET /admin/versions/:version': version,
  'GET /admin/versions/:version/documents.zip': version,
  'POST /admin/versions/:version/restore': {
    ...version,
    needs: 'administer',
    form: () => ({ version: '99' }),
  },
  'GET /admin/log': seen,
  'GET /admin/people': seen,
  'POST /admin/people': { ...seen, needs: 'administer', form: () => ({}) },
  // No such appointment.
  'POST /admin/people/end': {
    ...seen,
    needs: 'administer',
    form: () => ({ 'end.grant': 'none' }),
    also: 404,
  },
  // Of those who add staff in the jurisdiction, as under `/work`.
  'GET /admin/jurisdictions/:jurisdiction/people': inviting,
  'POST /admin/jurisdictions/:jurisdiction/people/check': {
    ...inviting,
    form: () => ({ 'people.table': 'email,role' }),
  },
  'POST /admin/jurisdictions/:jurisdiction/people': {
    ...inviting,
    form: () => ({ 'send.table': 'email,role\nmatrix@example.org,agent' }),
  },
  'GET /admin/jurisdictions/:jurisdiction/import': inviting,
  'POST /admin/jurisdictions/:jurisdiction/import': { ...inviting, form: () => ({}) },
  'GET /admin/jurisdictions/:jurisdiction/import/:import': pastImport,
  'POST /admin/jurisdictions/:jurisdiction/import/:import': { ...pastImport, form: () => ({}) },
  'GET /admin/jurisdictions/:jurisdiction/import/:import/rejects.csv': pastImport,
  'POST /admin/jurisdictions/:jurisdiction/import/:import/continue': { ...pastImport, form: () => ({}) },
  // The first who may discards it.
  'POST /admin/jurisdictions/:jurisdiction/import/:import/cancel': {
    ...pastImport,
    form: () => ({}),
    also: 404,
  },
  'GET /admin/drafts': seen,
  'POST /admin/drafts': { ...seen, needs: 'draft', form: () => ({ '/admin/drafts.title': 'By the matrix' }) },
  'GET /admin/drafts/:draft': draft,
  'GET /admin/drafts/:draft/plan': draft,
  'GET /admin/drafts/:draft/region': draft,
  'POST /admin/drafts/:draft/region': { ...edited, form: () => ({}) },
  'GET /admin/drafts/:draft/jurisdictions': draft,
  'GET /admin/drafts/:draft/jurisdictions/new': edited,
  'POST /admin/drafts/:draft/jurisdictions/new': {
    ...edited,
    form: () => ({ 'new.name': 'Matrix Town', 'new.kind': 'municipality' }),
  },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction': { ...draft, ids: inJurisdiction },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/profile': { ...draft, ids: inJurisdiction },
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/profile': {
    ...draft,
    ids: inJurisdiction,
    needs: 'configure',
    form: () => ({}),
  },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/hours': { ...draft, ids: inJurisdiction },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/hosts': { ...draft, ids: inJurisdiction },
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/hosts': {
    ...draft,
    ids: inJurisdiction,
    needs: 'configure',
    form: () => ({}),
  },
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/hosts/remove': {
    ...draft,
    ids: inJurisdiction,
    needs: 'configure',
    form: () => ({ 'remove.host': 'matrix.example' }),
  },
  // Nothing is to be proved.
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/hosts/check': {
    ...draft,
    ids: inJurisdiction,
    needs: 'configure',
    form: () => ({ 'check.host': 'matrix.example' }),
  },
  'GET /admin/drafts/:draft/hosts': draft,
  'POST /admin/drafts/:draft/hosts/check': { ...edited, form: () => ({ 'check.host': 'matrix.example' }) },
  'GET /admin/drafts/:draft/municipalities/import': edited,
  'POST /admin/drafts/:draft/municipalities/import': { ...edited, form: () => ({}) },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/boundary': { ...draft, ids: inJurisdiction },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/boundary/shapes': { ...draft, ids: inJurisdiction },
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/boundary': {
    ...draft,
    ids: inJurisdiction,
    needs: 'configure',
    form: () => ({}),
  },
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/hours': {
    ...draft,
    ids: inJurisdiction,
    needs: 'configure',
    form: () => ({}),
  },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/holidays': { ...draft, ids: inJurisdiction },
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/holidays': {
    ...draft,
    ids: inJurisdiction,
    needs: 'configure',
    form: () => ({}),
  },
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/holidays/add': {
    ...draft,
    ids: inJurisdiction,
    needs: 'configure',
    form: () => ({ 'add.kind': 'list' }),
  },
  'GET /admin/drafts/:draft/services': draft,
  'GET /admin/drafts/:draft/new-service': edited,
  'POST /admin/drafts/:draft/new-service': { ...edited, form: () => ({}) },
  'GET /admin/drafts/:draft/import-services': edited,
  'POST /admin/drafts/:draft/import-services': { ...edited, form: () => ({}) },
  'POST /admin/drafts/:draft/import-services/read': { ...edited, form: () => ({}) },
  'GET /admin/drafts/:draft/services/:service': ofService,
  'POST /admin/drafts/:draft/services/:service': { ...edited, ids: inService, form: () => ({}) },
  'POST /admin/drafts/:draft/services/:service/move': {
    ...edited,
    ids: inService,
    form: () => ({ 'move.direction': 'down' }),
  },
  'POST /admin/drafts/:draft/services/:service/remove': { ...edited, ids: inService, form: () => ({}) },
  'GET /admin/drafts/:draft/services/:service/questions': ofService,
  'GET /admin/drafts/:draft/services/:service/new-question': {
    ...edited,
    ids: inService,
    query: () => ({ type: 'text' }),
  },
  'POST /admin/drafts/:draft/services/:service/new-question': {
    ...edited,
    ids: inService,
    query: () => ({ type: 'text' }),
    form: () => ({}),
  },
  'GET /admin/drafts/:draft/services/:service/questions/:question': ofQuestion,
  'POST /admin/drafts/:draft/services/:service/questions/:question': {
    ...edited,
    ids: inQuestion,
    form: () => ({}),
  },
  'POST /admin/drafts/:draft/services/:service/questions/:question/move': {
    ...edited,
    ids: inQuestion,
    form: () => ({ 'move.direction': 'down' }),
  },
  'POST /admin/drafts/:draft/services/:service/questions/:question/remove': {
    ...edited,
    ids: inQuestion,
    form: () => ({}),
  },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/services': { ...draft, ids: inJurisdiction },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service': ofOwnService,
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service': ownServiceSaved,
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/decline': ofOwnService,
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/decline': ownServiceSaved,
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/take': ownServiceSaved,
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/questions': ofOwnService,
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/questions': {
    ...ownServiceSaved,
    form: () => ({ 'own.questions': 'region' }),
  },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/new-question': {
    ...ofOwnService,
    needs: 'configure',
    also: 404,
    query: () => ({ type: 'text' }),
  },
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/new-question': {
    ...ownServiceSaved,
    also: 404,
    query: () => ({ type: 'text' }),
  },
  'GET /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/questions/:question': {
    ...draft,
    ids: inOwnQuestion,
    also: 404,
  },
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/questions/:question':
    ownQuestionSaved,
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/questions/:question/move':
    ownQuestionSaved,
  'POST /admin/drafts/:draft/jurisdictions/:jurisdiction/services/:service/questions/:question/remove':
    ownQuestionSaved,
  'GET /admin/drafts/:draft/agreements': draft,
  'GET /admin/drafts/:draft/new-agreement': edited,
  'POST /admin/drafts/:draft/new-agreement': { ...edited, form: () => ({}) },
  'GET /admin/drafts/:draft/agreements/:agreement': { ...draft, ids: inAgreement },
  'POST /admin/drafts/:draft/agreements/:agreement': { ...edited, ids: inAgreement, form: () => ({}) },
  'POST /admin/drafts/:draft/agreements/:agreement/end': { ...edited, ids: inAgreement, form: () => ({}) },
  'POST /admin/drafts/:draft/agreements/:agreement/remove': { ...edited, ids: inAgreement, form: () => ({}) },
  // Nothing is to be confirmed; a side is confirmed by its own administrators.
  'POST /admin/drafts/:draft/agreements/:agreement/confirm': {
    ...draft,
    ids: inAgreement,
    needs: 'draft',
    also: 403,
    form: ({ slug }) => ({ 'confirm.side': slug }),
  },
  'GET /admin/drafts/:draft/partners': draft,
  'GET /admin/drafts/:draft/new-partner': edited,
  'POST /admin/drafts/:draft/new-partner': { ...edited, form: () => ({}) },
  'GET /admin/drafts/:draft/partners/:partner': { ...draft, ids: inPartner },
  'POST /admin/drafts/:draft/partners/:partner': { ...edited, ids: inPartner, form: () => ({}) },
  'POST /admin/drafts/:draft/partners/:partner/remove': { ...edited, ids: inPartner, form: () => ({}) },
  'GET /admin/drafts/:draft/partners/:partner/test': { ...edited, ids: inPartner },
  'POST /admin/drafts/:draft/partners/:partner/test': { ...edited, ids: inPartner, form: () => ({}) },
  'POST /admin/drafts/:draft/restore': { ...edited, form: () => ({ 'restore.file': 'region.yaml' }) },
  'POST /admin/drafts/:draft/rebase': { ...draft, needs: 'draft' },
  // Nothing has been applied.
  'GET /admin/drafts/:draft/progress': { ...draft, also: 404 },
  'GET /admin/drafts/:draft/rehearsal': draft,
  'POST /admin/drafts/:draft/rehearsal': { ...edited, form: () => ({ version: '99' }) },
  'POST /admin/drafts/:draft/approve': { ...edited, form: () => ({ version: '99' }) },
  'POST /admin/drafts/:draft/unschedule': edited,
  'POST /admin/drafts/:draft/apply': { ...edited, form: () => ({ version: '99' }) },
  'POST /admin/drafts/:draft/rename': { ...edited, form: () => ({ 'rename.title': 'By the matrix' }) },
  'POST /admin/drafts/:draft/discard': edited,
  'GET /admin/drafts/:draft/sandbox': draft,
  // A draft with nothing in it has no test site.
  'POST /admin/drafts/:draft/sandbox': edited,
  'POST /admin/drafts/:draft/sandbox/enter': edited,
  'POST /admin/drafts/:draft/sandbox/remove': edited,
  'POST /admin/drafts/:draft/cancel': { ...edited },
}

import { openPublicRegion } from '../../core/database/handles.ts'
import { OtherAnswer } from '../../core/http/api.ts'
import { nextPage, readPage } from '../../core/input.ts'
import { problem } from '../../core/problem.ts'
import { authorizeProgram, authorizeProgramRead } from '../../identity/programs/authorize.ts'
import { implementApi } from '../../regions/runtime/site.ts'
import { candidatesFor } from '../../requests/case/duplicates.ts'
import { isoTime, publicView } from '../../requests/list/view.ts'
import { linkStates } from '../../requests/schema.ts'
import {
  answerProposal,
  type LinkInput,
  linksOf,
  listLinks,
  propose,
  readRequest,
  type SeenLink,
  unlink,
} from './duplicates.ts'
import { duplicateOperations } from './operations.ts'

export const duplicateApi = implementApi(duplicateOperations, {
  'GET /work/requests/{id}/duplicates': async call => {
    const { c } = call
    const db = await authorizeProgramRead(c, { request: call.param('id') })
    const { region } = c.get('site')
    const row = await readRequest(db, call.param('id'))
    const index = openPublicRegion(c.get('platform'), region.slug)
    const [candidates, links] = await Promise.all([
      candidatesFor(index, region, row, c.get('platform').clock.now()),
      linksOf(db, row.id),
    ])
    return {
      candidates: candidates.map(({ report: { seq, ...report }, meters }) => ({
        ...publicView(c.get('site'), report),
        metres: Math.round(meters),
      })),
      links: links.map(linkView),
    }
  },

  'POST /work/requests/{id}/duplicates': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'change', { request: call.param('id') })
    const { of, text = '', dry_run: dryRun = false } = await call.body()
    const input = { request: call.param('id'), of, text, idempotencyKey: call.idempotencyKey(), dryRun }
    const linked = await propose(c.get('platform'), db, c.get('site').region, input)
    return dryRun ? new OtherAnswer(200, { dry_run: true, ...linked }) : linked
  },

  'POST /work/requests/{id}/duplicates/{of}/answer': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'change', { request: call.param('id') })
    const { confirmed, text } = await call.body()
    const input = { ...linkInput(call, text), confirmed }
    return await answerProposal(c.get('platform'), db, c.get('site').region, input)
  },

  'POST /work/requests/{id}/duplicates/{of}/unlink': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'change', { request: call.param('id') })
    const { text } = await call.body()
    const input = linkInput(call, text)
    return await unlink(c.get('platform'), db, c.get('site').region, input)
  },

  'GET /work/duplicates': async call => {
    const { c } = call
    const db = await authorizeProgramRead(c)
    const { limit, after } = readPage(call.query)
    const typed = call.query('state') || 'asked'
    const state = linkStates.find(known => known === typed)
    if (state === undefined)
      throw problem('invalid-fields', { fields: [{ field: 'state', code: 'not-an-option' }] })
    const rows = await listLinks(db, state, after, limit)
    return { links: rows.map(linkView), next: nextPage(rows, limit) }
  },
})

interface LinkCall {
  param(name: 'id' | 'of'): string
  idempotencyKey(): string | undefined
}

function linkInput(call: LinkCall, text = ''): LinkInput {
  return { request: call.param('id'), of: call.param('of'), text, idempotencyKey: call.idempotencyKey() }
}

function linkView(row: SeenLink) {
  const { request, caseId, other, state, survivor, text, proposedAt, answeredAt } = row
  return {
    request,
    case: caseId,
    of: other,
    state,
    survivor,
    text,
    proposed_at: isoTime(proposedAt),
    answered_at: isoTime(answeredAt),
  }
}

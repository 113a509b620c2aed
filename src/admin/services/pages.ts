import { Hono } from 'hono'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { addServices, importPage, readList } from './import-page.tsx'
import { moveService, servicesPage } from './list-page.tsx'
import {
  adaptPage,
  declinePage,
  offeredPage,
  saveAdapted,
  saveDeclined,
  takeService,
} from './offered-page.tsx'
import { addQuestion, newQuestionPage, questionPage, saveQuestion } from './question-page.tsx'
import { chooseQuestions, moveQuestion, questionsPage, removeQuestion } from './questions-page.tsx'
import { addService, newServicePage, removeServicePage, saveService, servicePage } from './service-page.tsx'

/** Services and their questions, within a draft. */
export function servicePages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()
  pages.get('/services', servicesPage)
  pages.get('/new-service', newServicePage)
  pages.post('/new-service', addService)
  pages.get('/import-services', importPage)
  pages.post('/import-services', addServices)
  pages.post('/import-services/read', readList)
  pages.get('/services/:service', servicePage)
  pages.post('/services/:service', saveService)
  pages.post('/services/:service/move', moveService)
  pages.post('/services/:service/remove', removeServicePage)
  questionPages(pages, '/services/:service')

  const own = '/jurisdictions/:jurisdiction/services'
  pages.get(own, offeredPage)
  pages.get(`${own}/:service`, adaptPage)
  pages.post(`${own}/:service`, saveAdapted)
  pages.get(`${own}/:service/decline`, declinePage)
  pages.post(`${own}/:service/decline`, saveDeclined)
  pages.post(`${own}/:service/take`, takeService)
  questionPages(pages, `${own}/:service`)
  pages.post(`${own}/:service/questions`, chooseQuestions)
  return pages
}

function questionPages(pages: Hono<AppEnv>, at: string): void {
  pages.get(`${at}/questions`, questionsPage)
  pages.get(`${at}/new-question`, newQuestionPage)
  pages.post(`${at}/new-question`, addQuestion)
  pages.get(`${at}/questions/:question`, questionPage)
  pages.post(`${at}/questions/:question`, saveQuestion)
  pages.post(`${at}/questions/:question/move`, moveQuestion)
  pages.post(`${at}/questions/:question/remove`, removeQuestion)
}

import { requestsContract } from '../contract/requests.ts'
import { startInWorkerd } from './app.ts'

requestsContract('on Workers with a libSQL server', startInWorkerd)

import { handoffsContract } from '../contract/handoffs.ts'
import { startInWorkerd } from './app.ts'

handoffsContract('on Workers with a libSQL server', startInWorkerd)

import { describe } from 'vitest'
import { workersPlatform } from '../../src/platform/workers.ts'
import { filesContract } from '../contract/files.ts'
import { workerEnv } from './app.ts'

describe('files in R2', () => filesContract(() => workersPlatform(workerEnv).files))

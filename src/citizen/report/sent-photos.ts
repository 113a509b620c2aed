import type { PublicAccess } from '../../core/access.ts'
import { openRegion, type RegionDb } from '../../core/database/handles.ts'
import { sha256 } from '../../core/encryption/digest.ts'
import type { Pair } from '../../core/http/form.ts'
import type { Part } from '../../core/http/multipart.ts'
import type { Translate } from '../../core/i18n.ts'
import { type FieldError, Problem } from '../../core/problem.ts'
import type { Bytes, Platform } from '../../platform/platform.ts'
import { MAX_MEDIA } from '../../requests/draft.ts'
import { extendWaitingPhotos } from '../../requests/media/media.ts'
import { receivePhoto, type Uploader } from '../../requests/media/uploads.ts'
import type { FieldMessage } from '../../web/components/fields.tsx'
import { formOf, readOnce } from '../../web/form.ts'

/** Each photo is stored when it arrives, and only once if it is sent again. */
export class SentPhotos {
  readonly kept: string[] = []
  readonly messages: FieldMessage[] = []
  readonly errors: FieldError[] = []
  failure: Problem | undefined
  readonly #platform: Platform
  readonly #db: RegionDb
  readonly #uploader: Uploader
  readonly #t: Translate

  constructor(platform: Platform, access: PublicAccess, uploader: Uploader, t: Translate) {
    this.#platform = platform
    this.#db = openRegion(platform, access, access.region)
    this.#uploader = uploader
    this.#t = t
  }

  async take(file: Part, before: readonly Pair[]): Promise<void> {
    if (file.name !== 'photos' || this.failure !== undefined || this.errors.length > 0) return
    const form = formOf(before)
    if (this.kept.length + form.getAll('media').length >= MAX_MEDIA) {
      this.errors.push({ field: 'media', code: 'too-many', params: { max: MAX_MEDIA } })
      return
    }
    try {
      this.kept.push(await this.#store(file, readOnce(form)))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const slug = refusals.find(slug => slug === error.slug)
      if (slug === undefined) this.failure = error
      else this.#say(this.#t(`photo-${slug}`, { name: file.fileName ?? '' }))
    }
  }

  async #store(file: Part, once: string): Promise<string> {
    const keyOf = async (bytes: Bytes) => (once === '' ? undefined : `${once}-${await sha256(bytes)}`)
    const read = (max: number) => file.read(max)
    return (await receivePhoto(this.#platform, this.#db, this.#uploader, read, keyOf)).id
  }

  /** Restarts the waiting time of earlier ones. Expired photos are left out, with a message. */
  async all(earlier: readonly string[]): Promise<string[]> {
    if (earlier.length === 0) return this.kept
    const left = await extendWaitingPhotos(this.#db, earlier, this.#platform.clock.now())
    if (left.length < new Set(earlier).size) this.#say(this.#t('photo-gone'))
    return [...new Set([...left, ...this.kept])]
  }

  failureMessages(): FieldMessage[] {
    const slug = photoFailures.find(slug => slug === this.failure?.slug)
    return slug === undefined
      ? []
      : [{ field: 'media', label: undefined, message: this.#t(`problem-${slug}-help`) }]
  }

  #say(message: string): void {
    this.messages.push({ field: 'media', label: undefined, message })
  }
}

const refusals = ['too-large', 'unsupported-media', 'damaged-photo'] as const
const photoFailures = ['storage-unavailable', 'too-many-photos', 'too-slow', 'uploads-full'] as const

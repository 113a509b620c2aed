import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { Visitor } from './visitor.ts'

/*
 * A passkey in software that responds as a browser and its authenticator do (WebAuthn level 2), on
 * http://localhost.
 */

const ORIGIN = 'http://localhost'
const PRESENT_AND_VERIFIED = 0x05
const WITH_CREDENTIAL = 0x40

export interface SoftPasskey {
  /** Adds itself on the page of the signed-in person. */
  addTo(browser: Visitor, name: string): Promise<Response>
  /** Signs in, or steps up. */
  signIn(browser: Visitor, fields?: Readonly<Record<string, string>>): Promise<Response>
  readonly id: string
}

export function softPasskey(): SoftPasskey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const credential = randomBytes(16)
  const id = credential.toString('base64url')
  let used = 0
  const authenticatorData = (flags: number, more = Buffer.alloc(0)) => {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(used++)
    const rpId = createHash('sha256').update('localhost').digest()
    return Buffer.concat([rpId, Buffer.from([flags]), counter, more])
  }
  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: ORIGIN, crossOrigin: false }))
  const answer = (response: Readonly<Record<string, string>>) =>
    JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response })
  const challengeOf = async (options: Response) => ((await options.json()) as { challenge: string }).challenge
  return {
    id,
    async addTo(browser, name) {
      const challenge = await challengeOf(await browser.post('/me/passkeys/options'))
      // COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
      const cose = Buffer.concat([
        Buffer.from('a5010203262001215820', 'hex'),
        Buffer.from(x, 'base64url'),
        Buffer.from('225820', 'hex'),
        Buffer.from(y, 'base64url'),
      ])
      const attested = Buffer.concat([
        Buffer.alloc(16),
        Buffer.from([0, credential.length]),
        credential,
        cose,
      ])
      const data = authenticatorData(PRESENT_AND_VERIFIED | WITH_CREDENTIAL, attested)
      // {"fmt": "none", "attStmt": {}, "authData": …}
      const attestation = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
        Buffer.from([data.length]),
        data,
      ])
      return browser.post('/me/passkeys', {
        name,
        answer: answer({
          clientDataJSON: clientData('webauthn.create', challenge).toString('base64url'),
          attestationObject: attestation.toString('base64url'),
        }),
      })
    },
    async signIn(browser, fields = {}) {
      const challenge = await challengeOf(await browser.post('/sign-in/passkey/options'))
      const client = clientData('webauthn.get', challenge)
      const data = authenticatorData(PRESENT_AND_VERIFIED)
      const signed = Buffer.concat([data, createHash('sha256').update(client).digest()])
      return browser.post('/sign-in/passkey', {
        ...fields,
        answer: answer({
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign('sha256', signed, privateKey).toString('base64url'),
        }),
      })
    },
  }
}

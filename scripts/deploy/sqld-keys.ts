import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportPKCS8, exportSPKI, generateKeyPair, importPKCS8, SignJWT } from 'jose'

/*
 * `npm run sqld-keys -- FOLDER`: a key pair for a libSQL server and the token that it lets in. `sqld
 * --auth-jwt-key-file FOLDER/sqld.pub` believes the tokens that FOLDER/sqld.key signs.
 */

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('npm run sqld-keys -- FOLDER')
  process.exit(2)
}
mkdirSync(folder, { recursive: true, mode: 0o700 })
const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
const privateKey = await exportPKCS8(pair.privateKey)
// `wx`: a key that is in use is never replaced.
writeFileSync(join(folder, 'sqld.key'), privateKey, { mode: 0o600, flag: 'wx' })
writeFileSync(join(folder, 'sqld.pub'), await exportSPKI(pair.publicKey), { mode: 0o644, flag: 'wx' })
// `a`: what the bearer may do in every namespace, here read and write.
const token = await new SignJWT({ a: 'rw' })
  .setProtectedHeader({ alg: 'EdDSA' })
  .setIssuedAt()
  .sign(await importPKCS8(privateKey, 'EdDSA'))
console.log(`DATABASE_TOKEN=${token}`)

// The S3 server of the tests, in a process of its own: FOLDER PORT BUCKET. It checks signatures and clocks.
// What it does not check is checked here before it: that a request is signed, the digest of its body, and,
// with its own functions, the signature where the bucket is a part of the host name.
const { createHash, createHmac } = require('node:crypto')
const http = require('node:http')
const { Readable } = require('node:stream')
const S3rver = require('@20minutes/s3rver')
const { DUMMY_ACCOUNT } = require('@20minutes/s3rver/lib/models/account')
const v4 = require('@20minutes/s3rver/lib/signature/v4')

const [, , directory, port, bucket] = process.argv
const [id, secret] = ['TESTKEY', 'a secret of the tests']
DUMMY_ACCOUNT.createKeyPair(id, secret)

function isSignedFor({ method, url, headers }) {
  const given = v4.parseHeader(headers)
  const [uri, query = ''] = url.split('?')
  const querystring = query.split('&').sort().join('&')
  const canonical = { method, uri, querystring, headers, timestamp: headers['x-amz-date'] }
  const { date, region, service } = given.credential
  const key = v4.getSigningKey(secret, date, region, service)
  const signature = createHmac('sha256', key).update(v4.getStringToSign(canonical, given)).digest('hex')
  return given.accessKeyId === id && given.signatureProvided === signature
}

/** Undefined, or the code of the error. */
function refusalOf(request, body) {
  if (request.headers.authorization === undefined) return 'AccessDenied'
  const digest = createHash('sha256').update(body).digest('hex')
  if (digest !== request.headers['x-amz-content-sha256']) return 'XAmzContentSHA256Mismatch'
  if (!request.headers.host.startsWith(`${bucket}.`)) return undefined
  if (!isSignedFor(request)) return 'SignatureDoesNotMatch'
  delete request.headers.authorization
  request.headers.host = `127.0.0.1:${port}`
  request.url = `/${bucket}${request.url.replace(/^\/(?=\?)/, '')}`
  return undefined
}

const store = new S3rver({ directory, silent: true, configureBuckets: [{ name: bucket }] })
store.configureBuckets().then(() => {
  const answer = store.callback()
  const server = http.createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const code = refusalOf(request, Buffer.concat(chunks))
    if (code !== undefined) {
      response.writeHead(403, { 'content-type': 'application/xml' })
      return response.end(`<Error><Code>${code}</Code></Error>`)
    }
    const { method, url, headers, httpVersion, socket } = request
    answer(Object.assign(Readable.from(chunks), { method, url, headers, httpVersion, socket }), response)
  })
  server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'))
})

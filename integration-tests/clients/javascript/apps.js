// Two typical apps without support for tiles: "reading", a browser app with keycloak-js, and "math", a server app with
// openid-client. Prints their URL when they listen, and stops at the end of standard input.
//
//   npm ci
//   KEYCLOAK=https://keycloak.example REALM=demo MATH_SECRET=… node apps.js
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import * as openid from 'openid-client'

const { KEYCLOAK, REALM, MATH_SECRET } = process.env
const here = new URL('.', import.meta.url)

// ---- reading: files for the browser ----

const files = {
  '/reading/': ['text/html', 'spa/index.html'],
  '/reading/keycloak.js': ['text/javascript', 'node_modules/keycloak-js/lib/keycloak.js'],
}

async function reading(path, response) {
  if (path === '/reading/settings.json') {
    return answer(response, 'application/json', JSON.stringify({ url: KEYCLOAK, realm: REALM }))
  }
  const file = files[path]
  return file ? answer(response, file[0], await readFile(new URL(file[1], here))) : gone(response)
}

// ---- math: a session on the server ----

const sessions = new Map()
let keycloak

async function math(url, request, response) {
  keycloak ??= await openid.discovery(new URL(`${KEYCLOAK}/realms/${REALM}`), 'math', MATH_SECRET, undefined, {
    execute: [openid.allowInsecureRequests],
  })
  const id = /(?:^|; )math=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  const session = sessions.get(id) ?? {}
  const callback = new URL('/math/callback', url)
  if (url.pathname === callback.pathname) {
    const tokens = await openid.authorizationCodeGrant(keycloak, url, {
      expectedState: session.state,
      expectedNonce: session.nonce,
      pkceCodeVerifier: session.verifier,
    })
    const own = randomUUID()
    sessions.delete(id)
    sessions.set(own, { person: tokens.claims().preferred_username })
    return redirect(response, '/math/', own)
  }
  if (session.person) {
    return answer(response, 'text/html', `<!doctype html><title>Math</title><h1>Math</h1><p id="person">${session.person}</p>`)
  }
  const attempt = { state: openid.randomState(), nonce: openid.randomNonce(), verifier: openid.randomPKCECodeVerifier() }
  const own = randomUUID()
  sessions.set(own, attempt)
  const login = openid.buildAuthorizationUrl(keycloak, {
    redirect_uri: callback.href,
    scope: 'openid profile',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
  })
  return redirect(response, login.href, own)
}

// ---- both ----

const server = createServer(async (request, response) => {
  const url = new URL(request.url, `http://localhost:${server.address().port}`)
  try {
    if (url.pathname.startsWith('/math/')) {
      await math(url, request, response)
    } else {
      await reading(url.pathname, response)
    }
  } catch (problem) {
    response.writeHead(500, { 'Content-Type': 'text/html' }).end(`<p id="problem">${problem.code ?? problem.name}</p>`)
  }
})

function answer(response, type, body) {
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body)
}

function redirect(response, location, session) {
  response.writeHead(302, { Location: location, 'Set-Cookie': `math=${session}; Path=/math; HttpOnly; SameSite=Lax` }).end()
}

function gone(response) {
  response.writeHead(404).end()
}

server.listen(0, 'localhost', () => console.log(`http://localhost:${server.address().port}`))
process.stdin.on('end', () => process.exit(0)).resume()

import express from 'express'
import session from 'express-session'
import * as openid from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, SESSION_KEY, PORT = 3000 } = process.env
const HOME = process.env.APP_URL ?? `http://localhost:${PORT}`
const CLASSLINK = process.env.CLASSLINK_API ?? 'https://nodeapi.classlink.com'

const keycloak = await openid.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: ISSUER.startsWith('http://localhost') ? [openid.allowInsecureRequests] : [],
})
const app = express()
app.use(session({ secret: SESSION_KEY, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))

app.get('/callback', async (request, response) => {
  const { state, nonce, verifier } = request.session.attempt
  const tokens = await openid.authorizationCodeGrant(keycloak, new URL(request.url, HOME), {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
  })
  await new Promise((done) => request.session.regenerate(done))
  request.session.user = tokens.claims()
  remember(request, tokens)
  response.redirect('/')
})

// Every other page starts the login if the user isn't signed in
app.use(async (request, response, next) => {
  if (request.session.user) return next()
  const attempt = { state: openid.randomState(), nonce: openid.randomNonce(), verifier: openid.randomPKCECodeVerifier() }
  request.session.attempt = attempt
  const login = openid.buildAuthorizationUrl(keycloak, {
    redirect_uri: `${HOME}/callback`,
    scope: 'openid profile classlink-classes classlink-token classlink-roster',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
  })
  response.redirect(login.href)
})

// The user, with the classes in the token
app.get('/', (request, response) => response.send(page(request.session.user, request.session.user.classes ?? [])))

// The classes in the district's roster
app.get('/roster', async (request, response) => {
  const answer = await get(`${ISSUER}/classlink/classlink/ims/oneroster/v1p1/classes`, await accessToken(request))
  response.send(page(request.session.user, answer.classes))
})

// The user's ClassLink profile, read with the ClassLink token
app.get('/classlink', async (request, response) => {
  try {
    const token = await openid.genericGrantRequest(keycloak, 'urn:ietf:params:oauth:grant-type:token-exchange', {
      subject_token: await accessToken(request),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      requested_issuer: 'classlink',
    })
    const profile = await get(`${CLASSLINK}/v2/my/info`, token.access_token)
    response.send(`<p>${escape(profile.UserId)}</p>`)
  } catch (problem) {
    if (problem instanceof openid.ResponseBodyError) {
      response.send(`<p>${escape(problem.error)}</p>`)
    } else if (problem.cause instanceof Response && problem.cause.status === 503) {
      // openid-client doesn't parse the OAuth error of a 5xx response
      const { error } = await problem.cause.json()
      response.send(`<p>${escape(error)} ${problem.cause.headers.get('Retry-After')}</p>`)
    } else {
      throw problem
    }
  }
})

// The user's Keycloak token, refreshed if it has expired
async function accessToken(request) {
  const { refresh, expires } = request.session.tokens
  if (expires < Date.now()) remember(request, await openid.refreshTokenGrant(keycloak, refresh))
  return request.session.tokens.access
}

function remember(request, tokens) {
  const expires = Date.now() + tokens.expires_in * 1000
  request.session.tokens = { access: tokens.access_token, refresh: tokens.refresh_token, expires }
}

async function get(address, token) {
  const answer = await fetch(address, { headers: { Authorization: `Bearer ${token}` } })
  if (!answer.ok) throw new Error(`${answer.status} from ${address}`)
  return answer.json()
}

function page(user, classes) {
  const items = classes.map(({ title }) => `<li>${escape(title)}</li>`)
  return `<p>${escape(user.preferred_username)}</p>${items.join('')}`
}

function escape(text) {
  return String(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

app.listen(PORT)

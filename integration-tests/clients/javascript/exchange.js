// Exchanges a Keycloak access token for the user's ClassLink token with openid-client, using the code in docs/develop/token-exchange.md.
// Prints Keycloak's response, or prints the library's error and exits with 1.
//
//   npm ci
//   ISSUER=https://keycloak.example/realms/demo CLIENT_ID=roster-app CLIENT_SECRET=… ACCESS_TOKEN=… node exchange.js
import * as openid from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, ACCESS_TOKEN: accessToken } = process.env

const issuer = new URL(ISSUER)
// A Keycloak under test uses http, which the library refuses by default.
const options = issuer.protocol === 'http:' ? { execute: [openid.allowInsecureRequests] } : {}
const keycloak = await openid.discovery(issuer, CLIENT_ID, CLIENT_SECRET, undefined, options)

try {
  const answer = await openid.genericGrantRequest(keycloak, 'urn:ietf:params:oauth:grant-type:token-exchange', {
    subject_token: accessToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    requested_issuer: 'classlink',
  })
  use(answer) // answer.access_token, answer.expires_in
} catch (problem) {
  if (problem instanceof openid.ResponseBodyError) {
    refused(problem.status, problem.error, problem.error_description)
  } else if (problem.cause instanceof Response && problem.cause.status === 503) {
    // The library doesn't parse the OAuth error of a 5xx response. The response is the error's cause.
    tryAgainIn(problem.cause.headers.get('Retry-After'))
  } else {
    throw problem
  }
}

function use(answer) {
  console.log(JSON.stringify(answer))
}

function refused(status, error, description) {
  console.log(JSON.stringify({ status, error, error_description: description }))
  process.exitCode = 1
}

function tryAgainIn(seconds) {
  console.log(JSON.stringify({ try_again_in: seconds }))
  process.exitCode = 1
}

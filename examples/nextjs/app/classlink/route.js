import { accessToken, keycloak } from '../../auth'

const CLASSLINK = process.env.CLASSLINK_API ?? 'https://nodeapi.classlink.com'

// The user's ClassLink profile, read with the ClassLink token
export async function GET(request) {
  const answer = await keycloak({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: await accessToken(request),
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    requested_issuer: 'classlink',
  })
  const { access_token, error } = await answer.json()
  if (error) return new Response(`${error} ${answer.headers.get('Retry-After') ?? ''}`)
  const profile = await fetch(`${CLASSLINK}/v2/my/info`, { headers: { Authorization: `Bearer ${access_token}` } })
  return new Response((await profile.json()).UserId)
}

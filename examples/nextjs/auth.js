import { getToken } from 'next-auth/jwt'
import KeycloakProvider from 'next-auth/providers/keycloak'

const { ISSUER, CLIENT_ID, CLIENT_SECRET } = process.env

export const options = {
  providers: [
    KeycloakProvider({
      issuer: ISSUER,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      authorization: { params: { scope: 'openid profile classlink-classes classlink-token classlink-roster' } },
    }),
  ],
  callbacks: {
    // Stored in next-auth's encrypted cookie
    jwt: ({ token, account, profile }) =>
      account
        ? {
            person: profile.preferred_username,
            classes: profile.classes ?? [],
            access: account.access_token,
            refresh: account.refresh_token,
            expires: account.expires_at,
          }
        : token,
    // The part of the session that page scripts can read, without tokens
    session: ({ session, token }) => ({ ...session, person: token.person, classes: token.classes }),
  },
}

/** Keycloak's token endpoint. */
export function keycloak(form) {
  return fetch(`${ISSUER}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, ...form }),
  })
}

/** The user's Keycloak token, refreshed if it has expired. */
export async function accessToken(request) {
  const { access, refresh, expires } = await getToken({ req: request })
  if (Date.now() < expires * 1000) return access
  const answer = await keycloak({ grant_type: 'refresh_token', refresh_token: refresh })
  return (await answer.json()).access_token
}

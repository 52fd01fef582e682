export const dynamic = 'force-dynamic'

// Starts the login with a GET, as a LaunchPad tile needs. next-auth only starts it with a POST and its CSRF token
export async function GET() {
  const auth = `${process.env.NEXTAUTH_URL}/api/auth`
  const csrf = await fetch(`${auth}/csrf`)
  const { csrfToken } = await csrf.json()
  const login = await fetch(`${auth}/signin/keycloak`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Cookie: csrf.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ') },
    body: new URLSearchParams({ csrfToken, callbackUrl: process.env.NEXTAUTH_URL }),
  })
  const headers = new Headers({ Location: login.headers.get('Location') })
  for (const cookie of login.headers.getSetCookie()) headers.append('Set-Cookie', cookie)
  return new Response(null, { status: 302, headers })
}

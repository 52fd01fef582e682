import { accessToken } from '../../auth'

// The classes in the district's roster
export async function GET(request) {
  const answer = await fetch(`${process.env.ISSUER}/classlink/classlink/ims/oneroster/v1p1/classes`, {
    headers: { Authorization: `Bearer ${await accessToken(request)}` },
  })
  return new Response(answer.body, { status: answer.status, headers: { 'Content-Type': 'application/json' } })
}

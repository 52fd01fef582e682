// Prints the sourcedIds of the caller's classes with Node.js only, using the code in docs/develop/roster.md.
//
//   ISSUER=https://keycloak.example/realms/demo ACCESS_TOKEN=… node roster.js
const { ISSUER: issuer, ACCESS_TOKEN: accessToken } = process.env

const response = await fetch(`${issuer}/classlink/classlink/ims/oneroster/v1p1/classes?limit=100`, {
  headers: { Authorization: `Bearer ${accessToken}` },
})
if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
for (const row of (await response.json()).classes) console.log(row.sourcedId)

import { getServerSession } from 'next-auth'
import { redirect } from 'next/navigation'
import { options } from '../auth'

// The user, with the classes in the token
export default async function Home() {
  const session = await getServerSession(options)
  if (!session) redirect('/login')
  return (
    <>
      <p>{session.person}</p>
      {session.classes.map(({ id, title }) => <li key={id}>{title}</li>)}
    </>
  )
}

import { headers } from 'next/headers';

export default async function Page() {
  const told = await headers();
  return <p>{told.get('x-sallyport-secure') === 'yes' ? 'You are on https.' : 'You are on plain http.'} You came to {told.get('x-forwarded-proto')}://{told.get('x-forwarded-host')}.</p>;
}

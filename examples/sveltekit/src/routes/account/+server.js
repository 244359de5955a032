import { text } from '@sveltejs/kit';

export const GET = ({ cookies }) => {
  cookies.set('seen', 'yes', { path: '/' });
  return text('Your account, over https alone.\n');
};

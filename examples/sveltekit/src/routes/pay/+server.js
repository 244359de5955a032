import { text } from '@sveltejs/kit';
import { requireHttps } from 'sallyport/fetch';

export const GET = ({ request }) => requireHttps(request) ?? text('Paid.\n');

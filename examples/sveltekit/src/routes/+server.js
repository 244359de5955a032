import { json } from '@sveltejs/kit';
import { heardOf } from 'sallyport/fetch';

export const GET = ({ request, url }) => json({ secure: heardOf(request).secure, url: url.href, client: heardOf(request).client });

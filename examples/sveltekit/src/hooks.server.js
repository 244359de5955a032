import { building, dev } from '$app/environment';
import { sallyport } from 'sallyport/fetch';

const peer = (request, event) => (dev ? event.getClientAddress() : event.platform.req.socket.remoteAddress);
const truth = sallyport({ https: { '/account/': 'https' }, peer });

export const handle = ({ event, resolve }) => (building ? resolve(event) : truth((request) => {
  event.url.href = request.url;
  return resolve(event);
})(event.request, event));

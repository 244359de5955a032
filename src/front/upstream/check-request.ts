import type { CheckSettings } from '../../config/settings/settings.ts';
import type { Truth } from '../../core/contract/truth.ts';
import { Fault } from '../../core/errors.ts';
import { readRequestHead } from '../../core/http1/request-head.ts';
import { NO_BODY } from '../../core/http1/write-head.ts';
import { DEFAULT_PORT, hostName } from '../../core/policy/urls.ts';
import type { FrontContext } from '../context.ts';
import type { Asked } from '../sites/targets.ts';
import type { Ask } from './check.ts';

/**
 * The request of a health check: the site's own Host, told as a client's secure request is. An app that knows its hosts
 * and redirects whatever is not secure (Django's ALLOWED_HOSTS and SECURE_SSL_REDIRECT) answers it as it would a client.
 */
export function createAsk({ write, scripts }: Asked, { path, host }: CheckSettings, { classify, publicPort, nextId }: FrontContext): Ask {
  const port = publicPort('https');
  const authority = hostName(host) !== host || port === DEFAULT_PORT.https ? host : `${host}:${port}`;
  const text = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: Sallyport-Check\r\nAccept: */*\r\n\r\n`, 'latin1');
  const head = readRequestHead(text, 0, text.length, classify);
  if (head === undefined || head instanceof Fault) throw new Error(`a check of ${path} at ${authority} makes no request`); // the configuration was checked
  const truth: Truth = {
    scheme: 'https', host: authority, port, client: '127.0.0.1',
    by: { scheme: 'connection', host: 'Host', port: 'connection', client: 'connection' },
  };
  return () => {
    const found = scripts?.choose(path);
    if (found instanceof Fault) return found;
    if (found !== undefined && found.kind !== 'run') return new Fault('not-found', `${path} is not for PHP to answer`);
    return write({ head, target: path, truth, requestId: nextId(), plan: NO_BODY, expects: false, run: found?.run });
  };
}

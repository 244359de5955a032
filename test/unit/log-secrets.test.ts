/**
 * What lets somebody in is in no line of the log, access or event, whatever becomes of the request. A request that was
 * refused for one byte of its target used to be told with its whole beginning, a reset token of its query as well.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Counters } from '../../src/front/metrics/counters.ts';
import { prometheusText } from '../../src/front/metrics/prometheus.ts';
import { takeSnapshot } from '../../src/front/metrics/state.ts';
import { MemoryFront, appRoute, settings, siteSettings } from '../helpers/memory-front.ts';

const SECRET = 's3cr3t';
const BEARING = ['Cookie: sid=s3cr3t', 'Authorization: Basic s3cr3t', 'Proxy-Authorization: Bearer s3cr3t', 'Referer: https://me:s3cr3t@shop.test/?password=s3cr3t'].map((line) => `${line}\r\n`).join('');
const asked = (target: string, host = 'shop.test', more = BEARING): string => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;

interface Case { readonly say: string; readonly answer?: string; readonly event: string }
const CASES: Readonly<Record<string, Case>> = {
  'one that is answered': { say: asked('/?token=s3cr3t&a=1'), answer: 'HTTP/1.1 200 OK\r\nSet-Cookie: sid=s3cr3t\r\nContent-Length: 6\r\n\r\ns3cr3t', event: 'request' },
  'of a host that is not here': { say: asked('/?token=s3cr3t', 'other.test'), event: 'request' },
  'whose app fails': { say: asked('/?token=s3cr3t'), answer: 'HTTP/1.1 s3cr3t\r\n\r\n', event: 'app-bad-answer' },
  'that goes round in a circle': { say: asked('/?token=s3cr3t'), answer: 'HTTP/1.1 302 Found\r\nLocation: https://shop.test:8443/?token=s3cr3t\r\nContent-Length: 0\r\n\r\n', event: 'redirect-loop' },
  'whose redirect is repaired': { say: asked('/x'), answer: 'HTTP/1.1 302 Found\r\nLocation: http://shop.test/y?token=s3cr3t\r\nContent-Length: 0\r\n\r\n', event: 'redirect-repaired' },
  'that is handed over to no file': { say: asked('/x'), answer: 'HTTP/1.1 200 OK\r\nX-Accel-Redirect: /none?token=s3cr3t\r\nContent-Length: 0\r\n\r\n', event: 'handed-missing' },
  'with a byte in its target that cannot be': { say: asked('/?token=s3cr3t\x01'), event: 'refused' },
  'with a line feed after its target': { say: 'GET /?token=s3cr3t\n\r\n', event: 'refused' },
  'with a target that is too long': { say: asked(`/?token=s3cr3t${'x'.repeat(40_000)}`), event: 'refused' },
  'with a target of no form': { say: asked('x?token=s3cr3t'), event: 'refused' },
  'with a blank in its target': { say: asked('/?token=s3cr3t HTTX'), event: 'refused' },
  'with a user in its target': { say: asked('https://me:s3cr3t@shop.test/'), event: 'refused' },
  'with a user in a target of another scheme': { say: asked('ftp://me:s3cr3t@shop.test/'), event: 'refused' },
  'with a user in its Host': { say: asked('/', 'me:s3cr3t@shop.test'), event: 'refused' },
  'with a byte in a cookie that cannot be': { say: asked('/', 'shop.test', 'Cookie: sid=s3cr3t\x01\r\n'), event: 'refused' },
  'with a blank before the colon': { say: asked('/', 'shop.test', 'Authorization : s3cr3t\r\n'), event: 'refused' },
  'with a line that is folded': { say: asked('/', 'shop.test', 'Cookie: a=b\r\n s3cr3t\r\n'), event: 'refused' },
  'with a bare line feed': { say: asked('/', 'shop.test', 'Cookie: sid=s3cr3t\nX: s3cr3t\r\n'), event: 'refused' },
};

describe('what lets somebody in is not logged of a request', () => {
  for (const [name, { say, answer, event }] of Object.entries(CASES)) {
    it(name, () => {
      const counters = new Counters([]);
      const front = new MemoryFront(settings({ sites: [siteSettings({ hosts: ['shop.test'], routes: [appRoute()] })] }), { counters, real: true });
      const client = front.client();
      client.say(say);
      if (answer !== undefined) front.app().say(answer);
      const told = front.events();
      assert.ok(told.some((line) => line.event === event), `${event}: ${JSON.stringify(told)}`);
      for (const line of told) assert.ok(!JSON.stringify(line).includes(SECRET), JSON.stringify(line));
      const snapshot = takeSnapshot({ counters, live: front.live, upstreams: front.upstreams, certificates: undefined });
      assert.ok(!prometheusText(snapshot, { version: '1', runtime: 'x' }, 0).includes(SECRET));
    });
  }
});

/** Each exchange as a span of OpenTelemetry, where there is an SDK; and the trace context passed on, where there is none. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiTracing } from '../../src/front/tracing/tracing.ts';
import type { Api } from '../../src/front/tracing/tracing-api.ts';
import { MemoryFront, appRoute, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import { api, recordSpans } from '../helpers/otel.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const get = (target: string, ...lines: string[]): string => `GET ${target} HTTP/1.1\r\nHost: shop.test:8443\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: x\r\n\r\nhi';
const traced = (given = settings(), by: Api = api): MemoryFront => new MemoryFront(given, { tracing: (log) => new ApiTracing(by, by.trace.getTracer('sallyport', '1'), log) });
const fields = (text: string, name: string): string[] => [...text.matchAll(new RegExp(`^${name}: (.*)\r$`, 'gim'))].map(([, value]) => value!);

describe('an exchange as a span', () => {
  it('has the client\'s span for its parent and is the parent of the app\'s', () => {
    const spans = recordSpans();
    const front = traced();
    const client = front.client();
    client.say(get('/a?b=1&token=secret', `traceparent: 00-${TRACE}-${PARENT}-01`, 'tracestate: vendor=1', 'Connection: traceparent', 'User-Agent: curl/8'));
    const app = front.app();
    app.say(OK);
    const [span] = spans;
    assert.ok(span);
    assert.deepEqual([spans.length, span.library, span.name, span.kind, span.traceId, span.parent, span.status], [1, 'sallyport', 'GET', 1, TRACE, PARENT, undefined]);
    assert.deepEqual(fields(app.text, 'traceparent'), [`00-${TRACE}-${span.spanId}-01`], 'once, and of this span');
    assert.deepEqual(fields(app.text, 'tracestate'), ['vendor=1']);
    const { 'sallyport.request_id': id, ...attributes } = span.attributes;
    assert.deepEqual(attributes, {
      'http.request.method': 'GET', 'url.scheme': 'https', 'url.path': '/a', 'url.query': 'b=1&token=***', 'server.address': 'shop.test', 'server.port': 8443, 'client.address': '192.0.2.7',
      'network.peer.address': '192.0.2.7', 'network.protocol.version': '1.1', 'user_agent.original': 'curl/8', 'http.response.status_code': 200, 'http.response.body.size': 2,
    });
    assert.equal(id, fields(client.text, 'X-Request-Id')[0]);
  });

  it('begins a trace where there is none, or one that cannot be believed', () => {
    const spans = recordSpans();
    const front = traced();
    for (const lines of [[], [`traceparent: 00-${TRACE}-${PARENT}-01`, `traceparent: 00-${TRACE}-${PARENT}-01`], ['traceparent: nonsense', 'tracestate: a=1']]) {
      front.client().say(get('/', ...lines));
      const app = front.app();
      app.say(OK);
      const span = spans.at(-1)!;
      const asked = app.writes.at(-1)!; // the connection is kept
      assert.deepEqual([span.parent, fields(asked, 'traceparent'), fields(asked, 'tracestate')], [undefined, [`00-${span.traceId}-${span.spanId}-01`], []]);
      assert.notEqual(span.traceId, TRACE);
    }
  });

  it('is told to an app at uwsgi:// too', () => {
    const spans = recordSpans();
    const front = traced(settings({ sites: [siteSettings({ routes: [appRoute({ app: upstream({ protocol: 'uwsgi' }) })] })] }));
    front.client().say(get('/', `traceparent: 00-${TRACE}-${PARENT}-01`));
    const app = front.app();
    app.say('HTTP/1.1 200 OK\r\n\r\n');
    app.fin();
    assert.equal(app.text.split('HTTP_TRACEPARENT').length, 2);
    assert.ok(app.text.includes(`00-${TRACE}-${spans[0]!.spanId}-01`));
  });

  it('is an error where the front or its app failed, or the answer was cut; not where the client did', () => {
    const spans = recordSpans();
    const front = traced();
    const failed = front.client();
    failed.say(get('/down'));
    front.transport.made.at(-1)!.wire.break('ECONNREFUSED');
    const cut = front.client();
    cut.say(get('/cut'));
    front.app().say('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal');
    front.transport.made.at(-1)!.wire.break();
    const left = front.client();
    left.say(get('/left'));
    left.break();
    const missing = front.client();
    missing.say(get('/missing'));
    front.app().say('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    const broken = front.client();
    broken.say(get('/broken'));
    front.app().say('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
    assert.deepEqual(spans.map(({ attributes, status }) => [attributes['url.path'], attributes['http.response.status_code'], attributes['error.type'], status?.code]), [
      ['/down', 502, 'app-refused', 2], ['/cut', 200, 'app-cut-answer', 2], ['/left', undefined, 'client-gone', 2], ['/missing', 404, undefined, undefined], ['/broken', 500, '500', 2],
    ]);
  });

  it('tells the app nothing that could be another field line: a baggage is made of what clients sent', () => {
    const front = traced(settings(), { ...api, propagation: { ...api.propagation, fields: () => ['baggage'], inject: (_, carrier, setter) => {
      setter.set(carrier, 'baggage', 'a=1\r\nX-Forwarded-Proto: http');
      setter.set(carrier, 'x-a: b\r\nx-c', '1');
      setter.set(carrier, 'x-good', ' 1 ');
    } } });
    front.client().say(get('/'));
    const { text } = front.app();
    assert.deepEqual([fields(text, 'baggage'), fields(text, 'x-forwarded-proto'), fields(text, 'x-c'), fields(text, 'x-good')], [[], ['https'], [], ['1']]);
  });

  it('has a name of a fixed list, whatever a client calls its method', () => {
    const spans = recordSpans();
    const front = traced();
    front.client().say(get('/').replace('GET', 'BREW'));
    front.app().say(OK);
    assert.deepEqual([spans[0]!.name, spans[0]!.attributes['http.request.method'], spans[0]!.attributes['http.request.method_original']], ['HTTP', '_OTHER', 'BREW']);
  });

  it('that cannot be made costs nobody an answer, and is said once', () => {
    const front = traced(settings(), { ...api, propagation: { ...api.propagation, extract: () => { throw new Error('out of order'); } } });
    for (let i = 0; i < 2; i++) {
      const client = front.client();
      client.say(get('/'));
      front.app().say(OK);
      assert.match(client.text, /\r\n\r\nhi$/);
    }
    assert.equal(front.events().filter(({ event }) => event === 'tracing-failed').length, 1);
  });
});

it('without an SDK a trace context passes as the client sent it', () => {
  const front = new MemoryFront();
  front.client().say(get('/', `traceparent: 00-${TRACE}-${PARENT}-01`, 'tracestate: vendor=1', 'baggage: a=b'));
  const { text } = front.app();
  assert.deepEqual(['traceparent', 'tracestate', 'baggage'].map((name) => fields(text, name)), [[`00-${TRACE}-${PARENT}-01`], ['vendor=1'], ['a=b']]);
});

/** Tracing as an operator switches it on: an SDK in a module of theirs that is loaded before the program. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { onBun, SALLYPORT, startFront } from '../helpers/front.ts';
import type { EndedSpan } from '../helpers/otel.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { eventually, tempDir } from '../helpers/scope.ts';

test('with an SDK registered each request is a span, and the app is told of it; by workers too', async (t) => {
  const dir = tempDir(t);
  const helper = (name: string): URL => new URL(`../helpers/${name}`, import.meta.url);
  mkdirSync(join(dir, 'node_modules/@opentelemetry/api'), { recursive: true });
  writeFileSync(join(dir, 'node_modules/@opentelemetry/api/package.json'), '{ "name": "@opentelemetry/api", "version": "1.9.0", "type": "module", "exports": "./index.mjs" }');
  copyFileSync(helper('otel-api.mjs'), join(dir, 'node_modules/@opentelemetry/api/index.mjs'));
  copyFileSync(helper('otel-sdk.mjs'), join(dir, 'otel-sdk.mjs'));
  writeFileSync(join(dir, 'otel.mjs'), `
    import { appendFileSync } from 'node:fs';
    import * as api from '@opentelemetry/api';
    import { register } from './otel-sdk.mjs';
    register(api, (span) => { appendFileSync(${JSON.stringify(join(dir, 'spans'))}, JSON.stringify(span) + '\\n'); });
  `);
  const app = await startRawApp(t, answering((request) => reply(request.get('traceparent') ?? 'none')));
  const [runtime, bin] = SALLYPORT;
  const front = await startFront(t, [app.address, '--workers', '2'], { cwd: dir, program: [runtime, onBun ? '--preload' : '--import', './otel.mjs', bin] });
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const { text } = await front.get('/x', { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
  const span = await eventually('the span to be written', () => {
    try { return JSON.parse(readFileSync(join(dir, 'spans'), 'utf8').split('\n')[0]!) as EndedSpan; } catch { return undefined; }
  });
  assert.deepEqual([span.name, span.traceId, span.parent, span.attributes['url.path'], span.attributes['http.response.status_code']], ['GET', trace, '00f067aa0ba902b7', '/x', 200]);
  assert.equal(text, `00-${trace}-${span.spanId}-01`);
  await front.event('that it traces', ({ event }) => event === 'tracing');
});

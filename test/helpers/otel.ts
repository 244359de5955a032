/** OpenTelemetry for tests: a stand-in for its API, and the spans that end. */
import type { Api } from '../../src/front/tracing/tracing-api.ts';
// @ts-expect-error a program's own module, without types
import * as untyped from './otel-api.mjs';
// @ts-expect-error the same
import { register } from './otel-sdk.mjs';

export interface EndedSpan {
  readonly library: string;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status?: { readonly code: number; readonly message?: string };
}

export const api = untyped as unknown as Api;

/** Spans that have ended, in this process, from now on. */
export function recordSpans(): EndedSpan[] {
  const spans: EndedSpan[] = [];
  (register as (api: Api, told: (span: EndedSpan) => void) => void)(api, (span) => { spans.push(span); });
  return spans;
}

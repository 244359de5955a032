import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Fields } from '../../core/http1/fields.ts';
import { withFields } from '../../core/http1/changed-fields.ts';
import type { RequestHead } from '../../core/http1/heads.ts';
import { hostName } from '../../core/policy/urls.ts';
import type { ExchangeFacts } from '../exchange/exchange-facts.ts';
import { peerText } from '../log/exchange-log.ts';
import type { Log } from '../log/index.ts';
import { SERVER, ERROR, type Api, type Attributes, type Span, type Tracer } from './tracing-api.ts';

/** Makes a span of each exchange. */
export interface Tracing {
  /** Once the truth is known. Undefined where the tracer failed: a request is not lost for that. */
  begin(exchange: ExchangeFacts): ExchangeSpan | undefined;
}

/** One exchange as others trace it. */
export interface ExchangeSpan {
  /** The request as it goes on: in the place of the client's trace context (traceparent and its kin) that of this span. */
  readonly head: RequestHead;
  end(exchange: ExchangeFacts): void;
}

/** Where a copy of the API that has an SDK behind it says so (opentelemetry-js, api/src/internal/global-utils.ts). */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/**
 * Undefined where no SDK has registered itself in this process: whoever does not trace pays one look at a property, once.
 * The API is taken from beside this program, else from the current folder, in which the SDK most likely is.
 */
export async function openTracing({ log, version }: { readonly log: Log; readonly version?: string | undefined }): Promise<Tracing | undefined> {
  if ((globalThis as Record<symbol, unknown>)[REGISTERED] === undefined) return undefined;
  const name = '@opentelemetry/api';
  try {
    const loaded = await (import(name) as Promise<Loaded>)
      .catch(async () => await import(pathToFileURL(createRequire(join(process.cwd(), 'here.js')).resolve(name)).href) as Loaded);
    const api = loaded.trace === undefined ? loaded.default! : loaded as Api; // of a CommonJS module not every loader sees the names
    const tracer = api.trace.getTracer('sallyport', version);
    log.event({ event: 'tracing', level: 'info', message: 'An OpenTelemetry SDK is registered: each request is a span.' });
    return new ApiTracing(api, tracer, log);
  } catch (error) {
    log.event({ event: 'tracing-off', level: 'warn', message: `An OpenTelemetry SDK is registered, but ${name} cannot be loaded, so that nothing is traced: ${(error as Error).message}. Next: npm install ${name} beside sallyport or in ${process.cwd()}.` });
    return undefined;
  }
}

type Loaded = Partial<Api> & { readonly default?: Api };

/** A trace context that came twice is no trace context: joined it is malformed. */
const GETTER = {
  get: (fields: Fields, name: string): string | undefined => { const all = fields.all(name); return all.length === 0 ? undefined : all.join(','); },
  keys: (fields: Fields): string[] => fields.pairs().map(([name]) => name.toLowerCase()),
};
/** What could not be a field line is left out: a baggage is made of what clients sent. */
const SETTER = {
  set: (carrier: Map<string, string>, name: string, value: string): void => {
    if (/^[\w-]+$/.test(name) && /^[\x20-\x7e]+$/.test(value)) carrier.set(name.toLowerCase(), value.trim());
  },
};

export class ApiTracing implements Tracing {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #log: Log;
  #failed = false;

  constructor(api: Api, tracer: Tracer, log: Log) {
    this.#api = api;
    this.#tracer = tracer;
    this.#log = log;
  }

  begin(exchange: ExchangeFacts): ExchangeSpan | undefined {
    try {
      const { propagation, trace, ROOT_CONTEXT } = this.#api;
      const { head } = exchange;
      const parent = propagation.extract(ROOT_CONTEXT, head.fields, GETTER);
      // Low in cardinality, as no path is: a front knows no route of its app's (semantic conventions for HTTP spans, "Name").
      const span = this.#tracer.startSpan(KNOWN_METHODS.has(head.method) ? head.method : 'HTTP', { kind: SERVER, attributes: attributesOf(exchange) }, parent);
      const context = trace.setSpan(parent, span);
      const carrier = new Map<string, string>();
      propagation.inject(context, carrier, SETTER);
      const own = new Set(propagation.fields().map((name) => name.toLowerCase()));
      return { head: withFields(head, own, carrier), end: (ended) => { this.#guard(() => { end(span, ended); }); } };
    } catch (error) {
      this.#trouble(error);
      return undefined;
    }
  }

  #guard(work: () => void): void {
    try { work(); } catch (error) { this.#trouble(error); }
  }

  /** Said once. */
  #trouble(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#log.event({ event: 'tracing-failed', level: 'error', message: `OpenTelemetry: ${String(error)}. Requests go on without a span where that happens.` });
  }
}

/** RFC 9110 and PATCH; others are the client's to invent. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);

/** Semantic conventions for HTTP server spans 1.23 and later. What the log hides of a query is hidden here as well. */
function attributesOf({ head, truth, down, id, context }: ExchangeFacts): Attributes {
  const target = context.log.hide(head.target);
  const query = target.indexOf('?');
  const known = KNOWN_METHODS.has(head.method);
  const agent = head.fields.get('user-agent');
  return {
    'http.request.method': known ? head.method : '_OTHER',
    ...(!known && { 'http.request.method_original': head.method }),
    'url.scheme': truth.scheme,
    'url.path': query < 0 ? target : target.slice(0, query),
    ...(query >= 0 && { 'url.query': target.slice(query + 1) }),
    'server.address': hostName(truth.host),
    'server.port': truth.port,
    'client.address': truth.client,
    'network.peer.address': peerText(down.peer),
    'network.protocol.version': `1.${head.minor}`,
    ...(agent !== undefined && { 'user_agent.original': agent }),
    'sallyport.request_id': id,
  };
}

function end(span: Span, { status, fault, bytesOut }: ExchangeFacts): void {
  if (status !== 0) span.setAttribute('http.response.status_code', status);
  span.setAttribute('http.response.body.size', bytesOut);
  // 4xx is the client's business, unless there is no answer or only a part of one.
  const cut = fault !== undefined && status < 400;
  if (status >= 500 || cut) {
    span.setAttribute('error.type', fault?.code ?? String(status));
    span.setStatus({ code: ERROR, ...(fault !== undefined && { message: fault.summary }) });
  }
  span.end();
}

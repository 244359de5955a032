/** What of `@opentelemetry/api` (1.x) is used. The package is the operator's, not ours: it has to be the one that their SDK registered with. */
export type Attributes = Readonly<Record<string, string | number>>;

/** Made and read by the API alone. */
export type TraceContext = object;

export interface Span {
  setAttribute(name: string, value: string | number): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  end(): void;
}

export interface Tracer {
  startSpan(name: string, options: { readonly kind: number; readonly attributes: Attributes }, parent: TraceContext): Span;
}

export interface Api {
  readonly ROOT_CONTEXT: TraceContext;
  readonly trace: {
    getTracer(name: string, version?: string): Tracer;
    setSpan(context: TraceContext, span: Span): TraceContext;
  };
  readonly propagation: {
    extract<Carrier>(context: TraceContext, carrier: Carrier, getter: { get(carrier: Carrier, name: string): string | undefined; keys(carrier: Carrier): string[] }): TraceContext;
    inject<Carrier>(context: TraceContext, carrier: Carrier, setter: { set(carrier: Carrier, name: string, value: string): void }): void;
    /** The names of the fields that it reads and writes. */
    fields(): string[];
  };
}

/** SpanKind.SERVER. */
export const SERVER = 1;
/** SpanStatusCode.ERROR. */
export const ERROR = 2;

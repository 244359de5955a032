/**
 * What of `@opentelemetry/api` 1.x the front uses, as that package behaves: globals under one symbol, by which any copy of it
 * finds the SDK that another copy was given; immutable contexts; no-ops where nothing was registered. The package itself is
 * no dependency of ours; otel-sdk.mjs beside this works behind it just as well.
 */
const GLOBAL = Symbol.for('opentelemetry.js.api.1');
const globals = () => (globalThis[GLOBAL] ??= { version: '1.9.0' });

class Context {
  #values;
  constructor(values = new Map()) { this.#values = values; }
  getValue(key) { return this.#values.get(key); }
  setValue(key, value) { return new Context(new Map(this.#values).set(key, value)); }
  deleteValue(key) { const values = new Map(this.#values); values.delete(key); return new Context(values); }
}
export const ROOT_CONTEXT = new Context();
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

class NonRecordingSpan {
  #context;
  constructor(context) { this.#context = context; }
  spanContext() { return this.#context; }
  setAttribute() { return this; }
  setStatus() { return this; }
  end() {}
}
const NO_SPAN = new NonRecordingSpan({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });

export const trace = {
  setGlobalTracerProvider(provider) { globals().trace = provider; return true; },
  getTracer: (name, version) => globals().trace?.getTracer(name, version) ?? { startSpan: () => NO_SPAN },
  setSpan: (context, span) => context.setValue(SPAN, span),
  getSpan: (context) => context.getValue(SPAN),
  setSpanContext: (context, spanContext) => context.setValue(SPAN, new NonRecordingSpan(spanContext)),
  getSpanContext: (context) => context.getValue(SPAN)?.spanContext(),
};

const NO_PROPAGATOR = { inject() {}, extract: (context) => context, fields: () => [] };
const propagator = () => globals().propagation ?? NO_PROPAGATOR;
export const propagation = {
  setGlobalPropagator(one) { globals().propagation = one; return true; },
  inject(context, carrier, setter) { propagator().inject(context, carrier, setter); },
  extract: (context, carrier, getter) => propagator().extract(context, carrier, getter),
  fields: () => propagator().fields(),
};

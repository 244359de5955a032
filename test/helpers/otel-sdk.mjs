/** A small SDK for a copy of the API: each span that ends is told, and the W3C's trace context is passed on (https://www.w3.org/TR/trace-context/). */
import { randomBytes } from 'node:crypto';

export function register({ trace, propagation }, told) {
  class Span {
    #about;
    constructor(about) { this.#about = about; }
    spanContext() { return { traceId: this.#about.traceId, spanId: this.#about.spanId, traceFlags: 1, state: this.#about.state }; }
    setAttribute(name, value) { this.#about.attributes[name] = value; return this; }
    setStatus(status) { this.#about.status = status; return this; }
    end() { told(this.#about); }
  }

  trace.setGlobalTracerProvider({
    getTracer: (library) => ({
      startSpan(name, { kind, attributes }, context) {
        const parent = trace.getSpanContext(context);
        return new Span({ library, name, kind, attributes: { ...attributes }, traceId: parent?.traceId ?? randomBytes(16).toString('hex'), parent: parent?.spanId, state: parent?.state, spanId: randomBytes(8).toString('hex') });
      },
    }),
  });

  propagation.setGlobalPropagator({
    fields: () => ['traceparent', 'tracestate'],
    extract(context, carrier, getter) {
      const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(getter.get(carrier, 'traceparent') ?? '') ?? [];
      return traceId === undefined ? context : trace.setSpanContext(context, { traceId, spanId, traceFlags: 1, isRemote: true, state: getter.get(carrier, 'tracestate') });
    },
    inject(context, carrier, setter) {
      const span = trace.getSpanContext(context);
      if (span === undefined) return;
      setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`);
      if (span.state !== undefined) setter.set(carrier, 'tracestate', span.state);
    },
  });
}

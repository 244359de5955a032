/** Sets what a framework computes in a getter of its prototype, for this one request. */
export function define(object: object, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  }
}

/**
 * @peculiar/x509 finds its own parts through tsyringe, which refuses to load without the `Reflect` metadata functions
 * that decorators with constructor parameters need. None of those parts has such parameters, so empty answers do, and
 * they are taken away again after loading: a half-filled global would mislead whoever brings the real ones along.
 */
const EMPTY = { getMetadata: () => undefined, getOwnMetadata: () => undefined, defineMetadata: () => undefined };
const lent = Object.entries(EMPTY).filter(([name]) => Reflect.get(Reflect, name) === undefined);
for (const [name, answer] of lent) Object.defineProperty(Reflect, name, { value: answer, configurable: true, writable: true });

export function takeReflectBack(): void {
  for (const [name, answer] of lent) if (Reflect.get(Reflect, name) === answer) Reflect.deleteProperty(Reflect, name);
}

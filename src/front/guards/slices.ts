/** Milliseconds of work before others get their turn. */
const SLICE = 2;

/** Does something long in pieces, so that connections are served in between. */
export async function inSlices(count: number, work: (i: number) => void): Promise<void> {
  let until = performance.now() + SLICE;
  for (let i = 0; i < count; i++) {
    work(i);
    if (performance.now() < until) continue;
    await new Promise((resolve) => { setImmediate(resolve); });
    until = performance.now() + SLICE;
  }
}

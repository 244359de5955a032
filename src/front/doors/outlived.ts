import type { Live } from '../live.ts';

/** Ends, after so many seconds, what has no end of its own (WebSockets, event streams) and goes on under the configurations from before now. */
export function endAfter(live: Live, seconds: number): void {
  const before = new Set([...live.connections].map(({ context }) => context).filter((context) => context !== live.context));
  const end = (): void => {
    const outlived = [...live.connections].filter(({ context, endless }) => endless && before.has(context));
    for (const connection of outlived) connection.destroy();
    if (outlived.length === 0) return;
    live.log.event({ event: 'outlived-ended', level: 'info', count: outlived.length, message: `${outlived.length} of the WebSockets and event streams from before a reload went on until now and were ended (--reload-grace ${seconds}).` });
  };
  setTimeout(end, seconds * 1000).unref();
}

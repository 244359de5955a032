/** A whole front without sockets or promises: whatever an input makes it do is over when the call returns. */
import { MemoryFront, appRoute, settings, siteSettings } from '../../helpers/memory-front.ts';
import type { MemoryWire } from '../../helpers/memory-transport.ts';
import type { AppRoute, SiteSettings } from '../../../src/config/settings/settings.ts';
import type { FrontContext, Observed } from '../../../src/front/context.ts';

export const MAX_BODY = 1000;

export interface Shape { readonly route?: Partial<AppRoute>; readonly site?: Partial<SiteSettings> }

/** A wire to the app, and how much of what was written to it has been read. */
export interface AppWire { readonly wire: MemoryWire; read: number }

export class Stage {
  readonly front: MemoryFront;
  /** What was judged and sent on, in order. */
  readonly judged: Observed[] = [];
  /** Defects of the front itself that it caught. */
  readonly defects: string[] = [];
  readonly apps: AppWire[] = [];
  #tasks: (() => void)[] = [];
  readonly #defer = (task: () => void): void => { this.#tasks.push(task); };

  constructor({ route, site }: Shape) {
    const route_ = appRoute({ maxBody: MAX_BODY, ...route });
    this.front = new MemoryFront(settings({ log: 'off', sites: [siteSettings({ schemes: [['/', 'either']], routes: [route_], ...site })] }), { real: true, defer: this.#defer });
    const context = this.front.context as { -readonly [K in keyof FrontContext]: FrontContext[K] };
    context.observe = (seen) => { this.judged.push(seen); };
    // Thousands of lines a second that nobody reads; but a defect is a breach, whatever came of it.
    const event: FrontContext['log']['event'] = (told) => { if (told.event === 'internal') this.defects.push(String((told as { message?: unknown }).message)); };
    context.log = { access() {}, event, passOn() {}, ready() {}, flush() {}, hide: (url) => url };
  }

  begin(): void {
    this.judged.length = this.defects.length = this.apps.length = this.front.transport.made.length = 0;
    this.front.context.clock.now = performance.now(); // no timer runs while inputs are read
  }

  client(tls = true, peer = '192.0.2.7'): MemoryWire { return this.front.client({ tls, peer, defer: this.#defer }); }

  /** Everything that was put off, and connections that were asked for. True where there was anything. */
  settle(): boolean {
    let moved = false;
    for (;;) {
      const tasks = this.#tasks;
      if (tasks.length > 0) {
        this.#tasks = [];
        for (const task of tasks) task();
        moved = true;
      }
      const { made } = this.front.transport;
      if (this.apps.length === made.length && this.#tasks.length === 0) return moved;
      while (this.apps.length < made.length) {
        const { wire, up } = made[this.apps.length]!;
        this.apps.push({ wire, read: 0 });
        if (wire.gone === undefined) up();
        moved = true;
      }
    }
  }

  /** Ends all connections; the next input begins with none. */
  end(client: MemoryWire): void {
    if (client.gone === undefined) client.break();
    this.settle();
    for (const { wire } of this.apps) if (wire.gone === undefined) wire.break();
    this.settle();
    const { connections } = this.front.context;
    if (connections.size === 0) return;
    connections.clear();
    throw new Error('the front did not let go of a connection that has ended');
  }
}

/** What was written to an app since the last look. */
export function fresh(app: AppWire): Buffer {
  const { writes } = app.wire;
  if (app.read === writes.length) return NOTHING;
  const text = app.read + 1 === writes.length ? writes[app.read]! : writes.slice(app.read).join('');
  app.read = writes.length;
  return Buffer.from(text, 'latin1');
}

const NOTHING = Buffer.alloc(0);

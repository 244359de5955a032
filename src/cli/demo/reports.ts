import type { IncomingMessage } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { Observed } from '../../front/context.ts';

/** What one request looked like on both sides of the front. Lines are as they were on the wire, without their CRLF. */
export interface Report {
  readonly id: string;
  /** The head as the client sent it; undefined where the request did not come through the front. */
  readonly sent: readonly string[] | undefined;
  /** The head as the app received it. */
  readonly received: readonly string[];
  /** The truth as an app reads it, from the headers of the standard profile; undefined for what it was not told. */
  readonly told: Readonly<Record<'scheme' | 'host' | 'port' | 'client', string | undefined>>;
}

/** Heads and reports that are kept; a page asks for its own within seconds. */
const KEEP = 200;

/** Brings together what the front saw and what the app received, by the id that the front gave the request. */
export class Reports {
  private readonly seen = new Map<string, readonly string[]>();
  private readonly made = new Map<string, Report>();

  /** For the front's `observe`. It tells of a request before the app can have received it. */
  readonly note = ({ requestId, head }: Observed): void => {
    const line = `${head.method} ${head.target} HTTP/1.${head.minor}`;
    keep(this.seen, requestId, [line, ...head.fields.pairs().map(([name, value]) => `${name}: ${value}`)]);
  };

  /** What the app makes of a request it received. */
  make(request: IncomingMessage): Report {
    const id = onlyOne(request, 'x-request-id') ?? randomUUID();
    const report: Report = {
      id,
      sent: this.seen.get(id),
      received: [`${request.method} ${request.url} HTTP/${request.httpVersion}`, ...rawLines(request)],
      told: {
        scheme: onlyOne(request, 'x-forwarded-proto'),
        host: onlyOne(request, 'x-forwarded-host'),
        port: onlyOne(request, 'x-forwarded-port'),
        client: onlyOne(request, 'x-forwarded-for'),
      },
    };
    keep(this.made, id, report);
    return report;
  }

  get(id: string): Report | undefined { return this.made.get(id); }
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= KEEP) return;
    map.delete(oldest);
  }
}

function rawLines({ rawHeaders }: IncomingMessage): string[] {
  const lines: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]!}: ${rawHeaders[i + 1]!}`);
  return lines;
}

/** Several lines of one name reach the app as one list: shown as it is, since it would be a finding. */
function onlyOne(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

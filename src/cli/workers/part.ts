import { AskedCertificates, HandedCertificates } from '../../certs/handed.ts';
import type { Certificates } from '../../certs/store.ts';
import type { NamedPair } from '../../certs/table.ts';
import { Fellows, type News } from '../../front/fellows.ts';
import { SharedLimiter } from '../../front/limiter/shared.ts';
import { createLog, standardOutput, type Log } from '../../front/log/index.ts';
import { LAST_LINES, type OpenLog } from '../../front/log/open-log.ts';
import type { Part, Share as Told } from '../../front/part.ts';
import type { ToParent } from './channel.ts';
import { readHanded } from './handed-files.ts';
import type { Configured, Start } from './messages.ts';

/** A worker's share of the front, as its parent told it. */
export interface Share extends Part {
  /** From now on what is wrong is news. */
  readonly begun: () => void;
  /** Of the configuration that it begins with. */
  readonly generation: number;
  /** What belongs to another configuration. */
  readonly prepare: (told: Configured) => Told;
  /** Everything else is of configurations that do not count any more, or never will. */
  readonly keepOnly: (generation: number) => void;
}

export function takePart(start: Start, line: ToParent): Share {
  const share = { quiet: start.quiet };
  const told = new Map<number, Told>();
  let { checks } = start;
  const prepare = (next: Configured): Told => {
    const tell = (news: News): void => { line.say('news', { generation: next.generation, what: news }); };
    const known = [...told.values()].flatMap(({ certificates }) => certificates?.pairs ?? []);
    const made = { certificates: certificatesFrom(next.certificates, line, known), fellows: new Fellows(checks, tell, start.count), readFile: readHanded(next.files) };
    told.set(next.generation, made);
    return made;
  };
  line.hear('news', ({ generation, what }) => { told.get(generation)?.fellows.hear(what); });
  line.hear('checks', (now) => {
    checks = now;
    for (const { fellows } of told.values()) fellows.checks = now;
  });
  line.hear('certificates', ({ generation, what }) => {
    const certificates = told.get(generation)?.certificates;
    if (certificates instanceof HandedCertificates) certificates.replace(what);
  });
  return {
    ...prepare(start), prepare, generation: start.generation,
    log: logTo(start, line, share),
    secret: Buffer.from(start.secret, 'base64'),
    limiter: new SharedLimiter((wanted) => line.ask('borrow', wanted)),
    begun: () => { share.quiet = false; },
    keepOnly: (generation) => { for (const other of told.keys()) if (other !== generation) told.delete(other); },
  };
}

/** Access lines go out here, through the parent that makes whole ones of them; events are of the whole, so the parent writes them. */
function logTo({ settings, colours }: Start, line: ToParent, share: { readonly quiet: boolean }): OpenLog {
  const out = colours ? { write: (text: string) => process.stdout.write(text), isTTY: true } : standardOutput();
  const lines = createLog(settings.log, out, { hide: settings.logHide });
  const log: Log = {
    ...lines,
    event: (event) => { if (!share.quiet || event.level === 'error') line.say('event', event); },
    ready: () => {},
  };
  return {
    log,
    reopen: () => Promise.resolve(''), // the file is the parent's
    async drained() { if ('drained' in out) await out.drained(LAST_LINES); },
    close: () => { lines.flush(); },
  };
}

function certificatesFrom(handed: Start['certificates'], line: ToParent, known: readonly NamedPair[]): Certificates | undefined {
  switch (handed.kind) {
    case 'none': return undefined;
    case 'signed': return new AskedCertificates(async (name) => await line.ask('certificate', name ?? null) ?? undefined, handed);
    case 'given': return new HandedCertificates(handed.pairs, known);
  }
}

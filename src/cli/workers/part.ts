import { AskedCertificates, HandedCertificates } from '../../certs/handed.ts';
import type { Certificates } from '../../certs/store.ts';
import { Fellows } from '../../front/fellows.ts';
import { SharedLimiter } from '../../front/limiter/shared.ts';
import { createLog, standardOutput, type Log } from '../../front/log/index.ts';
import { LAST_LINES, type OpenLog } from '../../front/open-log.ts';
import type { Part } from '../../front/part.ts';
import type { ToParent } from './channel.ts';
import { readHanded } from './handed-files.ts';
import type { Start } from './messages.ts';

/** A worker's share of the front, as its parent told it. */
export interface Share extends Part {
  /** From now on what is wrong is news. */
  readonly begun: () => void;
}

export function takePart(start: Start, line: ToParent): Share {
  const share = { quiet: start.quiet };
  return {
    log: logTo(start, line, share),
    certificates: certificatesFrom(start.certificates, line),
    secret: Buffer.from(start.secret, 'base64'),
    fellows: fellowsOver(line, start),
    readFile: readHanded(start.files),
    limiter: new SharedLimiter((wanted) => line.ask('borrow', wanted)),
    begun: () => { share.quiet = false; },
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

function fellowsOver(line: ToParent, { checks, count }: Start): Fellows {
  const fellows = new Fellows(checks, (news) => { line.say('news', news); }, count);
  line.hear('news', (news) => { fellows.hear(news); });
  line.hear('checks', (now) => { fellows.checks = now; });
  return fellows;
}

function certificatesFrom(handed: Start['certificates'], line: ToParent): Certificates | undefined {
  switch (handed.kind) {
    case 'none': return undefined;
    case 'signed': return new AskedCertificates(async (name) => await line.ask('certificate', name ?? null) ?? undefined, handed);
    case 'given': {
      const given = new HandedCertificates(handed.pairs);
      line.hear('certificates', (pairs) => { given.replace(pairs); });
      return given;
    }
  }
}

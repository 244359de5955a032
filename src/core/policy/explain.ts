import type { Scheme } from '../contract/truth.ts';
import { choose } from '../settings/choose.ts';
import type { Change } from './cures.ts';
import { CURES, OWN_REDIRECT } from './cures.ts';
import { isByItself, type Framework, type Recognition } from './frameworks.ts';
import type { SchemePolicy } from './scheme.ts';
import type { Told } from './told.ts';
import { TOLD } from './told.ts';
import { originOf } from './urls.ts';
import { PASS_ON, WEB_REDIRECT, type Around } from './web-servers.ts';

/** What went wrong between an app and the front, for a log line or a page. Plain text throughout: whoever makes HTML of it escapes it. */
export interface Explanation {
  readonly title: string;
  readonly seen: string;
  readonly why: string;
  /** What to change; the first is the one to begin with. */
  readonly change: readonly Change[];
}

export interface LoopFacts {
  readonly recognised: Recognition;
  /** How the app was told ({@link howTold}); undefined: in no way. */
  readonly told: Told | undefined;
  readonly method: string;
  /** The URL that was asked for and redirected to itself. */
  readonly url: string;
  /** The address the front's connections come from, as the app sees it; `unix` for a unix socket, undefined on this machine's loopback. */
  readonly frontAddress?: string | undefined;
}

/** A redirect from https to the very same URL. */
export function explainLoop(facts: LoopFacts): Explanation {
  const { recognised, told, method, url } = facts;
  const cure = CURES[recognised.framework];
  const known = recognised.framework === 'unknown' ? '' : ` It looks like ${cure.name} (${recognised.signs.join(', ')}).`;
  return {
    title: 'Redirect loop: the app does not know that this request was secure',
    seen: `${method} ${url} was answered by a redirect to the very same URL, and no cookie was set; a browser would follow it until it gives up.`,
    why: told === undefined
      ? `The site's profile is "none", so the app is not told the scheme at all: it takes every request for plain http and sends it to https.${known}`
      : `${reason(recognised, told)}${known}`,
    change: changes(facts),
  };
}

/** Why what the front has told did not help. */
function reason({ framework, server, web }: Recognition, told: Told): string {
  const said = `"${told.header}: ${told.value}"`;
  if (web !== undefined && isByItself(framework)) {
    return `The front told ${web.name} (${web.sign}) ${said}. Either ${web.name} itself redirects what comes to it over http, which is all that the front sends, or an app behind it does not get to see that header, or does not believe it.`;
  }
  if (web !== undefined && isPassedOn(framework) && PASS_ON[web.name] !== undefined) {
    return `The front told ${web.name} (${web.sign}), which stands between it and the app, ${said}. ${web.name} tells the app what its own configuration says, and its usual line says how the front came to it: http. Or the app itself does not read that header, or does not believe it.`;
  }
  const believed = server === 'gunicorn' ? ' Gunicorn believes it only from the addresses in its --forwarded-allow-ips.'
    : server === 'uvicorn' ? ' Uvicorn believes it only from the addresses in its --forwarded-allow-ips.' : '';
  return `The front told the app ${said}. The app does not read that header, or does not believe it from this address, or a proxy between the two overwrites it: it takes every request for plain http and sends it to https.${believed}`;
}

/** PHP mostly gets its variables over FastCGI, where a web server passes all header lines on as they are. */
const isPassedOn = (framework: Framework): boolean => framework !== 'php' && framework !== 'laravel' && framework !== 'wordpress';

/** What to change so that the app knows; where a web server stands before it, that first. */
export function changes(facts: LoopFacts): readonly Change[] {
  const { framework, web } = facts.recognised;
  const redirect = web && isByItself(framework) ? WEB_REDIRECT[web.name]?.(around(facts)) : undefined;
  const passOn = web && isPassedOn(framework) ? PASS_ON[web.name]?.(around(facts)) : undefined;
  const app = appChanges(facts);
  // Where nothing is told there is nothing to pass on yet.
  const all = facts.told === undefined ? [redirect, ...app, passOn] : [redirect, passOn, ...app];
  return all.filter((change) => change !== undefined);
}

/** What the lines for a web server depend on. */
export function around({ told = TOLD.standard, url, frontAddress }: LoopFacts): Around {
  return { told, origin: originOf(url), front: frontAddress === undefined || frontAddress === 'unix' ? '127.0.0.1' : frontAddress };
}

function appChanges({ recognised, told, frontAddress }: LoopFacts): readonly Change[] {
  const cure = CURES[recognised.framework];
  const { settings, unreadable } = choose(cure, cure.by, told, frontAddress);
  const lines = settings.map(({ where, lines, trap }) => ({ where, lines, note: trap }));
  if (unreadable === undefined) return lines;
  const speak: Change = {
    where: 'the front',
    lines: ['--speaks standard'],
    note: cure.unasked !== undefined ? `Then ${cure.name} is told X-Forwarded-Proto, which it reads with nothing set.` : unreadable,
  };
  return cure.unasked !== undefined ? [speak] : [speak, ...lines];
}

export interface ContradictionFacts {
  readonly recognised: Recognition;
  readonly method: string;
  /** The URL that was asked for. */
  readonly url: string;
  /** Its path as sent. */
  readonly path: string;
  /** What the front's policy for the path is. */
  readonly policy: Exclude<SchemePolicy, 'either'>;
  /** The scheme the app sends the visitor to. */
  readonly wants: Scheme;
}

/** The app redirects a URL to the other scheme, and the front redirects it back. */
export function explainContradiction({ recognised, method, url, path, policy, wants }: ContradictionFacts): Explanation {
  // The line is made to be copied into a shell and the path is the client's: only what is harmless there goes in.
  const prefix = /^\/[A-Za-z0-9/._~%-]*$/.test(path) ? path : '/the/path/';
  const fronts: Change = {
    where: 'the front, if the app is right',
    lines: [`--scheme '${prefix}=either'`],
    note: `"either" leaves this path to the app; "${wants}" makes the front redirect it to ${wants} by itself. A shorter prefix takes in more paths.`,
  };
  const own = OWN_REDIRECT[recognised.framework];
  const apps: Change = own !== undefined ? { ...own, lines: own.lines.map((line) => line.replace('{path}', () => prefix)) } : {
    where: 'the app, if the front is right',
    lines: [],
    note: `Take out the redirect from ${policy} to ${wants} for this path: the front already sees to it that it is served over ${policy}.`,
  };
  const known = recognised.framework === 'unknown' ? '' : ` The app looks like ${CURES[recognised.framework].name} (${recognised.signs.join(', ')}).`;
  return {
    title: 'Redirect loop: the app and the front contradict each other',
    seen: `${method} ${url} was answered by a redirect to the same URL with ${wants}:, and no cookie was set; the front serves this path over ${policy} only and would send the visitor straight back.`,
    why: `Both have a rule for the scheme of this path, and the rules differ. One of them has to own it.${known}`,
    change: [fronts, apps],
  };
}

/** For a log: one line. */
export function explanationText(explanation: Explanation): string {
  const changes = explanation.change.map(({ where, lines, note }) => {
    const text = lines.map((line) => line.trim()).join(' ');
    return `in ${where}: ${[text, note].filter((part) => part !== undefined && part !== '').join(' -- ')}`;
  });
  return `${explanation.title}. ${explanation.seen} ${explanation.why} To change: ${changes.join('; or ')}`;
}

export type { Change } from './cures.ts';

import { hostName } from '../core/policy/urls.ts';
import { redirectStatus, redirectUrl } from '../core/policy/redirect.ts';
import { decide, type SchemePolicy } from '../core/policy/scheme.ts';
import type { Scheme } from '../core/contract/truth.ts';
import type { Asked, Heard } from './asked.ts';
import { pageAnswer, redirectAnswer, type OwnAnswer } from './answers.ts';
import { check } from './check.ts';
import { createCsrf, isSafe } from './csrf.ts';
import { createDoubtLog, doubtOf, loopDoubt, oneLine } from './doubts.ts';
import { createHearing, type Hearing } from './hear.ts';
import { clearCount, countOf, LOOP, markOf, setCount } from './loop-cookie.ts';
import type { Options } from './options.ts';
import { compilePolicy, type Policy } from './policy.ts';
import { originForm } from './target.ts';

/** One request, judged. Adapters keep it for as long as the request lasts. */
export interface Judged {
  readonly heard: Heard;
  /** What goes to the client in the place of the app's answer; undefined: the app answers. */
  readonly answer: OwnAnswer | undefined;
  /** A route says over which scheme it is served. Gives what goes to the client instead, if the request came over the other. */
  require(policy: Scheme): OwnAnswer | undefined;
  /** What the app's answer gets. Asked when its head is written, since a route may have said something until then. */
  amendment(): Amendment;
}

export interface Amendment {
  /** The value of `Strict-Transport-Security` to set; undefined: leave the app's own. */
  readonly hsts: string | undefined;
  /** Every `Set-Cookie` gets `Secure`. */
  readonly secureCookies: boolean;
  /** A cookie to set besides the app's own. */
  readonly cookie: string | undefined;
}

export type Judge = (asked: Asked) => Judged;

/** Compiles the options. @throws OptionError or ContractError naming the option, what was seen and what to write instead. */
export function createJudge(options: Options = {}): Judge {
  check(options);
  const log = options.log ?? ((line: string) => { console.warn(line); });
  const hearing = createHearing(options);
  const rules: Rules = {
    options, hearing, log,
    policy: compilePolicy(options),
    csrf: options.csrf === undefined || options.csrf === false ? undefined : createCsrf(options.csrf === true ? {} : options.csrf),
    explained: { loop: false },
  };
  const doubt = createDoubtLog(hearing, log);
  return (asked) => {
    const heard = hearing.hear(asked);
    doubt(asked, heard);
    return new Judgement(rules, asked, heard);
  };
}

interface Rules {
  readonly options: Options;
  readonly hearing: Hearing;
  readonly policy: Policy;
  readonly csrf: ReturnType<typeof createCsrf> | undefined;
  readonly log: (line: string) => void;
  /** A loop is explained in the log once. */
  readonly explained: { loop: boolean };
}

class Judgement implements Judged {
  readonly heard: Heard;
  readonly answer: OwnAnswer | undefined;
  readonly #rules: Rules;
  readonly #asked: Asked;
  readonly #target: string;
  #policy: SchemePolicy;

  constructor(rules: Rules, asked: Asked, heard: Heard) {
    this.#rules = rules;
    this.#asked = asked;
    this.heard = heard;
    const { schemes } = rules.policy;
    const target = this.#target = originForm(asked.target);
    this.#policy = schemes.policyOf(target);
    this.answer = this.#misdirected(schemes.isHealth(target)) ?? this.#overWrongScheme() ?? this.#crossSite();
  }

  require(policy: Scheme): OwnAnswer | undefined {
    if (this.#rules.policy.schemes.isHealth(this.#target)) return undefined;
    if (this.#policy !== 'either' && this.#policy !== policy) {
      throw new Error(`sallyport: the route for "${this.#asked.method} ${this.#target}" is marked ${policy}, but the option https says ${this.#policy} for this path: visitors would be sent to and fro. Let both say the same, or take one away.`);
    }
    if (policy === 'http' && this.#rules.policy.remembersHttps) {
      throw new Error(`sallyport: the route for "${this.#asked.method} ${this.#target}" is marked http, but the option hsts makes browsers ask for every path of this host over https: they would be sent to and fro. Take one of the two away.`);
    }
    this.#policy = policy;
    return this.#overWrongScheme();
  }

  amendment(): Amendment {
    const { policy } = this.#rules;
    const { secure } = this.heard;
    const arrived = countOf(this.#asked.fields, this.#mark(this.heard.scheme)) > 0;
    return {
      hsts: secure ? policy.hsts : undefined,
      secureCookies: secure && policy.secures(this.#policy),
      cookie: arrived ? clearCount() : undefined,
    };
  }

  #misdirected(isHealth: boolean): OwnAnswer | undefined {
    const { host } = this.heard;
    if (isHealth || this.#rules.policy.serves(host)) return undefined;
    return this.#page({ status: 421, code: 'misdirected', title: 'No site of that name is here', text: [host === '' ? 'The request names no host.' : `This app does not serve ${hostName(host)}.`] });
  }

  #overWrongScheme(): OwnAnswer | undefined {
    const { scheme } = this.heard;
    const wanted = decide(this.#policy, scheme);
    if (wanted === 'pass') return undefined;
    return this.#redirect(wanted === 'to-https' ? 'https' : 'http');
  }

  #redirect(to: Scheme): OwnAnswer {
    const { options } = this.#rules;
    const { host } = this.heard;
    const { method, fields } = this.#asked;
    if (host === '') return this.#page({ status: 400, code: 'missing-host', title: 'This request names no host', text: ['Without a valid Host header there is nowhere to redirect it to.'] });
    if (options.unsafe === 'refuse' && !isSafe(method)) {
      return this.#page({ status: 403, code: 'wrong-scheme', title: `This can only be sent over ${to}`, text: [`The request came over ${this.heard.scheme}, so what is in it ${to === 'https' ? 'could have been read on the way' : 'was not looked at'}. Send it to ${to}:// again.`] });
    }
    const mark = this.#mark(to);
    const count = countOf(fields, mark);
    if (count >= LOOP) return this.#loop(to);
    const publicPort = (to === 'https' ? options.httpsPort : options.httpPort) ?? (to === 'https' ? 443 : 80);
    const location = redirectUrl({ scheme: to, host, publicPort, target: this.#target });
    return redirectAnswer(location, redirectStatus({ to, realCertificate: options.permanent === true }), setCount(count + 1, mark));
  }

  /** The browser has followed this very redirect three times within seconds: one more would change nothing. */
  #loop(to: Scheme): OwnAnswer {
    const { hearing, log, explained } = this.#rules;
    const { seen, why, change } = to === 'https' ? doubtOf(this.#asked, this.heard, hearing) : loopDoubt(this.#asked, this.heard, hearing);
    if (!explained.loop) {
      explained.loop = true;
      log(`sallyport: ${oneLine(`"${this.#target}" redirects to ${to} for ever: the browser follows, and the app does not see that it did. ${seen} ${why} ${change}`)}`);
    }
    return this.#page({ status: 508, code: 'redirect-loop', title: 'This page redirects to itself', text: [`The browser was sent to ${to} three times, and the app still sees ${this.heard.scheme}.`, seen, why, change] });
  }

  #crossSite(): OwnAnswer | undefined {
    const { csrf, hearing } = this.#rules;
    const why = csrf?.(this.#asked.method, this.heard, this.#asked.fields);
    if (why === undefined) return undefined;
    const text = [why, 'If that page may send this, name its origin in csrf: { origins: [...] }.'];
    if (!this.heard.secure) { // the commonest cause: the app does not know that the visitor is on https
      const doubt = doubtOf(this.#asked, this.heard, hearing);
      text.push(`This app takes the request for plain http. ${doubt.seen} ${doubt.change}`);
    }
    return this.#page({ status: 403, code: 'cross-site', title: 'This request comes from another site', text });
  }

  #mark(to: Scheme): string { return markOf(to, this.heard.host, this.#target); }

  /** Every answer over https says HSTS, errors too (RFC 6797 §7.1). */
  #page(page: Parameters<typeof pageAnswer>[0]): OwnAnswer {
    const answer = pageAnswer(page, this.#asked.fields.get('accept'));
    const { hsts } = this.#rules.policy;
    return this.heard.secure && hsts !== undefined ? { ...answer, headers: [...answer.headers, ['Strict-Transport-Security', hsts]] } : answer;
  }
}

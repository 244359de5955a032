import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readHtpasswd, type PasswordHash } from '../../config/values/htpasswd.ts';
import { networkOf } from '../../core/contract/address.ts';
import { Fault } from '../../core/errors.ts';
import type { RequestHead } from '../../core/http1/heads.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { ReadFile } from '../part.ts';
import { basicCredentials, type Credentials } from './basic.ts';
import { bcrypt, blowfish } from './bcrypt.ts';
import { shaCrypt } from './sha-crypt.ts';
import type { Told, Verdict } from './step.ts';

/** Passwords that one address may try: thirty at once, then one every two seconds. What is known already is not counted. */
const TRIES = { interval: 2000, burst: 30 };
/** Checks that wait for their turn. */
const QUEUE = 64;
/** Outcomes that are remembered, each of right and wrong. */
const MEMORY = 1000;
/** Bytes of a password. SHA-crypt takes time by the square of it. */
const LONGEST = 256;

/**
 * The names and passwords of one file. To check one takes a tenth of a second on purpose; so what came of it is remembered,
 * by a keyed digest that is of no use to anybody, one check runs at a time and in slices, and how often an address may try
 * is limited. Whoever tries a name that is not there waits as long as for one that is.
 */
export class Passwords {
  readonly #users: ReadonlyMap<string, PasswordHash>;
  readonly #limiter: Limiter;
  readonly #key = randomBytes(32);
  readonly #right = new Set<string>();
  readonly #wrong = new Set<string>();
  /** Who waits for the same outcome. */
  readonly #checking = new Map<string, Told[]>();
  #last: Promise<unknown> = Promise.resolve();

  /** Throws a BadValue where the file cannot be used. */
  constructor(file: string, { readFile, limiter }: { readonly readFile: ReadFile; readonly limiter: Limiter }) {
    this.#users = readHtpasswd(file, readFile);
    this.#limiter = limiter;
    if ([...this.#users.values()].some(({ kind }) => kind === 'bcrypt')) blowfish();
  }

  check({ fields }: RequestHead, client: string, told: Told): Verdict {
    const credentials = basicCredentials(fields.all('authorization'));
    if (credentials === undefined) return new Fault('password-missing');
    const { name, password } = credentials;
    const digest = createHmac('sha256', this.#key).update(name).update('\0').update(password).digest('base64');
    if (this.#right.has(digest)) return undefined;
    if (this.#wrong.has(digest) || password.length > LONGEST || password.includes(0)) return new Fault('password-wrong');
    const others = this.#checking.get(digest);
    if (others !== undefined) { others.push(told); return 'later'; }
    const wait = this.#limiter.take(`password ${networkOf(client)}`, TRIES, (later) => {
      const verdict = later > 0 ? tooMany(later) : this.#find(digest, credentials, told);
      if (verdict !== 'later') told(verdict);
    });
    if (wait === undefined) return 'later';
    return wait > 0 ? tooMany(wait) : this.#find(digest, credentials, told);
  }

  #find(digest: string, credentials: Credentials, told: Told): Verdict {
    const others = this.#checking.get(digest); // begun while the limiter was asked
    if (others !== undefined) { others.push(told); return 'later'; }
    if (this.#checking.size >= QUEUE) return tooMany(1000);
    this.#checking.set(digest, [told]);
    this.#last = this.#last.then(async () => {
      const right = await this.#isRight(credentials).catch(() => false);
      const known = right ? this.#right : this.#wrong;
      known.add(digest);
      if (known.size > MEMORY) known.delete(known.values().next().value!);
      const all = this.#checking.get(digest) ?? [];
      this.#checking.delete(digest);
      for (const one of all) one(right ? undefined : new Fault('password-wrong'));
    });
    return 'later';
  }

  async #isRight({ name, password }: Credentials): Promise<boolean> {
    const known = this.#users.get(name);
    const hash = known ?? this.#users.values().next().value!;
    const found = hash.kind === 'bcrypt' ? await bcrypt(password, hash) : await shaCrypt(password, hash);
    return found.length === hash.hash.length && timingSafeEqual(Buffer.from(found), Buffer.from(hash.hash)) && known !== undefined;
  }
}

const tooMany = (wait: number): Fault => new Fault('too-many-requests', 'passwords tried', Math.ceil(wait / 1000));

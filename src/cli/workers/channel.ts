import type { ParentAsks, ParentSays, WorkerAsks, WorkerSays } from './messages.ts';

/** What carries messages: a child process, or `process` in the child. */
export interface Carrier {
  readonly connected: boolean;
  send?(message: object, sent: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

type Asking = Readonly<Record<string, readonly [question: unknown, answer: unknown]>>;

/** A message: said; asked, with a number; or the answer to that number. */
interface Letter {
  readonly kind: string;
  readonly body: unknown;
  readonly ask?: number;
  readonly answer?: number;
}

/** One end of the line between a parent and a worker, which is private to the two. */
export abstract class Channel<Says, Hears, Asks extends { [K in keyof Asks]: Asking[string] }, Answers extends { [K in keyof Answers]: Asking[string] }> {
  readonly #carrier: Carrier;
  readonly #heard = new Map<keyof Hears, (body: never) => void>();
  readonly #answered = new Map<keyof Answers, (question: never) => unknown>();
  readonly #waiting = new Map<number, { readonly resolve: (answer: never) => void; readonly reject: (error: Error) => void }>();
  #asked = 0;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
    carrier.on('message', (letter) => { this.#take(letter as Letter); });
    carrier.once('disconnect', () => {
      for (const { reject } of this.#waiting.values()) reject(gone());
      this.#waiting.clear();
    });
  }

  say<K extends keyof Says & string>(kind: K, body: Says[K]): void { this.#send({ kind, body }); }

  /** One listener for each kind. */
  hear<K extends keyof Hears>(kind: K, listener: (body: Hears[K]) => void): void { this.#heard.set(kind, listener); }

  /** Rejects where the other side is gone before it has answered. */
  ask<K extends keyof Asks & string>(kind: K, question: Asks[K][0]): Promise<Asks[K][1]> {
    return new Promise((resolve, reject) => {
      if (!this.#carrier.connected) { reject(gone()); return; }
      const ask = ++this.#asked;
      this.#waiting.set(ask, { resolve, reject });
      this.#send({ kind, body: question, ask });
    });
  }

  answer<K extends keyof Answers>(kind: K, give: (question: Answers[K][0]) => Answers[K][1] | Promise<Answers[K][1]>): void { this.#answered.set(kind, give); }

  #take({ kind, body, ask, answer }: Letter): void {
    if (answer !== undefined) {
      this.#waiting.get(answer)?.resolve(body as never);
      this.#waiting.delete(answer);
    } else if (ask !== undefined) {
      void Promise.resolve(this.#answered.get(kind as keyof Answers)?.(body as never)).then((given) => { this.#send({ kind, body: given ?? null, answer: ask }); });
    } else this.#heard.get(kind as keyof Hears)?.(body as never);
  }

  /** What the other side does not live to read is lost with it. */
  #send(letter: Letter): void {
    if (this.#carrier.connected) this.#carrier.send?.(letter, () => {});
  }
}

const gone = (): Error => new Error('the other process is gone');

/** The parent's end. */
export class ToWorker extends Channel<ParentSays, WorkerSays, ParentAsks, WorkerAsks> {}
/** The worker's. */
export class ToParent extends Channel<WorkerSays, ParentSays, WorkerAsks, ParentAsks> {}

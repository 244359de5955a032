/**
 * Fastify 5:
 *
 *     await app.register(sallyport({ https: 'https' }));
 *     app.get('/pay', { config: { sallyport: 'https' } }, pay);
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hostName } from '../core/policy/urls.ts';
import type { Scheme } from '../core/contract/truth.ts';
import type { Heard } from './asked.ts';
import type { OwnAnswer } from './answers.ts';
import { define } from './define.ts';
import { createJudge } from './judge.ts';
import { keep } from './kept.ts';
import { amendAnswer } from './node-answer.ts';
import { askedOfNode } from './node-request.ts';
import type { Options } from './options.ts';

declare module 'fastify' {
  interface FastifyRequest {
    readonly secure: boolean;
    readonly sallyport: Heard;
  }
  interface FastifyContextConfig {
    /** The scheme this route is served over; the other is redirected. */
    sallyport?: Scheme;
  }
}

export type Plugin = (app: FastifyInstance, options: unknown, done: () => void) => void;

/**
 * Sets `request.protocol`, `request.ip`, `request.host`, `request.hostname`, `request.port` and `request.secure`.
 * `trustProxy` is then of no use and should be left out. Register it before the routes.
 * @throws OptionError or ContractError naming the option, what was seen and what to write instead.
 */
export function sallyport(options: Options = {}): Plugin {
  const judge = createJudge(options);
  const plugin: Plugin = (app, _, done) => {
    app.addHook('onRequest', (request, reply, next) => {
      const judged = judge(askedOfNode(request.raw));
      const { heard } = judged;
      keep(request.raw, judged);
      tell(request, heard);
      const route = request.routeOptions.config?.sallyport;
      const answer = judged.answer ?? (route === undefined ? undefined : judged.require(route));
      if (answer !== undefined) { send(reply, answer); return; }
      amendAnswer(reply.raw, judged);
      next();
    });
    done();
  };
  // For the whole app and not only for what is registered inside the plugin (fastify-plugin does the same).
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'sallyport' });
}

function tell(request: FastifyRequest, heard: Heard): void {
  const { scheme, secure, client, host, port } = heard;
  define(request, { protocol: scheme, secure, ip: client, host, hostname: hostName(host), port, sallyport: heard });
}

function send(reply: FastifyReply, { status, headers, body }: OwnAnswer): void {
  void reply.code(status).headers(Object.fromEntries(headers)).send(body);
}

export { OptionError } from './options.ts';
export type { Heard, Options };

import type { FrontContext } from './context.ts';

const LOOK_EVERY = 50;

/**
 * Lets running answers finish, for `grace` milliseconds at most. Tunnels and event streams have no end to wait for:
 * when nothing else is left, they are ended.
 */
export async function stopGracefully(context: FrontContext, grace: number): Promise<void> {
  context.stopping = true;
  const { connections } = context;
  for (const connection of [...connections]) connection.stop();
  const until = performance.now() + grace;
  while (performance.now() < until && [...connections].some((connection) => !connection.unending)) {
    await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY); });
  }
  for (const connection of [...connections]) connection.destroy();
}

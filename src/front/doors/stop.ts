import type { Listener } from '../../transport/wire.ts';
import { FIRST_REQUEST } from '../downstream/patience.ts';
import type { Live } from '../live.ts';

const LOOK_EVERY = 50;

/**
 * Lets running answers finish, for `grace` milliseconds at most, and clients that the closed `doors` have just let in come
 * to theirs. Tunnels and event streams have no end to wait for: when nothing else is left, they are ended.
 */
export async function stopGracefully(live: Live, doors: readonly Listener[], grace: number): Promise<void> {
  live.stopping = true;
  const { connections } = live;
  for (const connection of [...connections]) connection.stop();
  const begun = performance.now();
  const passed = (): number => performance.now() - begun;
  const arriving = (): boolean => passed() < FIRST_REQUEST && doors.some((door) => door.arriving > 0);
  while (passed() < grace && (arriving() || [...connections].some((connection) => !connection.unending))) {
    await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY); });
  }
  for (const door of doors) door.abandon();
  for (const connection of [...connections]) connection.destroy();
}

/** What a run is asked for. */
import { parseArgs } from 'node:util';

export interface Options {
  readonly quick: boolean;
  readonly smoke: boolean;
  /** What is measured takes the place of the same cases in the newest results of a full run. */
  readonly again: boolean;
  readonly cases: readonly string[];
  readonly peers: readonly string[];
  /** A checkout of Sallyport, built, that is a peer as well. */
  readonly against?: string;
  readonly rounds?: number;
  /** Seconds of soak. */
  readonly soak?: number;
}

export const USAGE = `npm run bench -- [--quick | --smoke | --again] [--case NAME] [--peer NAME] [--against DIR] [--rounds N] [--soak SECONDS]
  --quick       shorter and fewer rounds, no soak, no resumed and per-request: under four minutes
  --smoke       one case, one round: does it run at all?
  --again       puts the cases that are named in the place of those in the newest results of a full run
  --case NAME   only this case (repeatable)
  --peer NAME   only this peer (repeatable)
  --against DIR another checkout of Sallyport, built, beside this one (needs --case): is a change faster?
  --rounds N    so many rounds
  --soak SECONDS   a shorter soak, or a longer one
`;

/** Reads the arguments. Throws with what is wrong about them. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'quick': { type: 'boolean', default: false }, 'smoke': { type: 'boolean', default: false }, 'again': { type: 'boolean', default: false },
      'case': { type: 'string', multiple: true, default: [] }, 'peer': { type: 'string', multiple: true, default: [] },
      'against': { type: 'string' }, 'rounds': { type: 'string' }, 'soak': { type: 'string' },
    },
  });
  const [rounds, soak] = [wholeNumber('--rounds', values.rounds), wholeNumber('--soak', values.soak)];
  if (values.again && (values.case.length === 0 || values.peer.length > 0 || values.quick || values.smoke)) throw new Error('--again measures whole cases as a full run does: name them with --case, without --peer, --quick and --smoke');
  if (values.against !== undefined && (values.case.length === 0 || values.again)) throw new Error('--against compares two builds in some cases: name them with --case, without --again');
  return {
    again: values.again, quick: values.quick, smoke: values.smoke, cases: values.smoke ? ['1k'] : values.case,
    peers: values.smoke && values.peer.length === 0 ? ['nginx', 'sallyport-node'] : values.peer, ...values.against === undefined ? {} : { against: values.against }, ...rounds === undefined ? {} : { rounds }, ...soak === undefined ? {} : { soak },
  };
}

function wholeNumber(flag: string, text: string | undefined): number | undefined {
  const value = text === undefined ? undefined : Number(text);
  if (value !== undefined && (!Number.isInteger(value) || value < 1)) throw new Error(`${flag} is ${text}; expected a whole number from 1 on`);
  return value;
}

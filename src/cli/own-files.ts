/**
 * What the program reads of its own package while it runs, and nothing else of src/ does. A single executable has no
 * package beside it: scripts/build-binary.mjs puts the texts themselves in the place of this module.
 */
import { readFileSync } from 'node:fs';

/** Whether this is `npm run build:binary`'s executable, with the runtime inside. */
export const singleExecutable: boolean = false;

/** The text of a file of the package; `path` counts from this folder, in the sources and in the build alike. */
export const ownFile = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

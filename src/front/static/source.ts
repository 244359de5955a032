import { basename } from 'node:path';
import { mayBeGivenOut } from '../../core/fastcgi/script.ts';

/** Which of the files inside a folder are for clients, by their real path. */
export type GivenOut = (realPath: string) => boolean;

export const anyFile: GivenOut = () => true;

/** In a site with PHP: what could be source is never given out, whatever link led there. */
export const notSource: GivenOut = (realPath) => mayBeGivenOut(basename(realPath));

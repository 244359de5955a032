import type { AccessEntry } from './entries.ts';
import { escaped, word } from './escape.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** NCSA combined (https://httpd.apache.org/docs/2.4/logs.html#combined), in UTC. No user name: what a client claims to be is not logged. */
export function combinedAccess(entry: AccessEntry): string {
  const { client, method, target, minor = 1, status, bytesOut, referer = '-', userAgent = '-' } = entry;
  return `${word(client)} - - [${clfTime(entry.time)}] "${escaped(method)} ${escaped(target)} HTTP/1.${minor}" `
    + `${status === 0 ? '-' : status} ${bytesOut === 0 ? '-' : bytesOut} "${escaped(referer)}" "${escaped(userAgent)}"\n`;
}

let second = NaN;
let text = '';

function clfTime(time: number): string {
  const now = Math.floor(time / 1000);
  if (now !== second) {
    second = now;
    const iso = new Date(time).toISOString(); // 2024-05-06T07:08:09.012Z
    text = `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
  }
  return text;
}

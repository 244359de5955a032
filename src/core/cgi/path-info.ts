import { comparedPath, decodedPath } from '../policy/paths.ts';

/**
 * PATH_INFO: the path of a target below its mount point, decoded once and otherwise as the client sent it, one character
 * per byte (RFC 3875 §4.1.5; WSGI calls such text "bytes as latin1"). `*` (RFC 9112 §3.2.4) has no path: empty.
 *
 * `mount` is SCRIPT_NAME as the route has it: empty, or `/name` without a slash at its end. Routes go by the compared
 * path. Where the decoded path does not begin with the mount (`//name`, `/x/../name`), what follows it in the compared
 * path is told, so that SCRIPT_NAME and PATH_INFO together always name what the route was chosen for.
 */
export function pathInfo(target: string, mount: string): string {
  if (target === '*') return '';
  const decoded = decodedPath(target);
  if (isBelow(decoded, mount)) return decoded.slice(mount.length);
  const compared = comparedPath(target);
  return isBelow(compared, mount) ? compared.slice(mount.length) : compared;
}

function isBelow(path: string, mount: string): boolean {
  return path.startsWith(mount) && (path.length === mount.length || path.charCodeAt(mount.length) === 0x2f);
}

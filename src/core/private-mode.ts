/** Whether a file of secrets is kept from strangers: one rule for keys, passphrases, passwords and shared secrets. */

/**
 * Why a file with this mode (stat(2)) keeps no secret; undefined where it does. As ssh has it, every user's right is refused; a
 * group's is allowed (Debian's ssl-cert). For people, with the command that mends it.
 */
export function whyOpen(file: string, mode: number): string | undefined {
  if ((mode & 0o007) === 0) return undefined;
  return `${file} is open to every user of this machine (mode ${(mode & 0o777).toString(8).padStart(4, '0')}, expected 0600). If nobody else had access, run: chmod o= '${file}' (a Kubernetes secret: defaultMode: 0400)`;
}

/**
 * What a FastCGI server wrote to its standard error, and what can be done about it. Undefined where the text says all
 * there is to say.
 */
export function whatToDo(line: string, root: string, script: string): string | undefined {
  // PHP-FPM says no more than this where SCRIPT_FILENAME is not there for it (sapi/fpm/fpm/fpm_main.c).
  if (line.includes('Primary script unknown')) {
    return `PHP-FPM does not find ${root}${script}, which is there for this front: the folder of --root (${root}) has to be under the same path where PHP-FPM runs (another container or a chroot may have it elsewhere), and its user has to be allowed to read it.`;
  }
  // security.limit_extensions of its pool (php-fpm.conf).
  if (line.includes('security.limit_extensions')) return 'PHP-FPM runs only files with the extensions of security.limit_extensions in its pool; .php has to be among them.';
  return undefined;
}

/** A word of a command line as systemd reads it (systemd.service(5), "Command lines"; systemd.syntax(7), "Quoting"; `%` is a specifier's, `$` a variable's). */
export function quoteWord(word: string): string {
  return quote(word.replaceAll('$', '$$$$'));
}

/** The program's path, in which systemd replaces specifiers and no variables. */
export function quoteProgram(path: string): string {
  return quote(path);
}

function quote(text: string): string {
  const plain = text.replaceAll('%', '%%');
  if (/^[A-Za-z0-9_@.,/:=+%$-]+$/.test(plain)) return plain;
  // Control characters would end the line of the unit, or be lost.
  const escaped = plain.replace(/["\\]/g, '\\$&').replace(/[\u0000-\u001f\u007f]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${escaped}"`;
}

/** The weight among the parameters of a list's member, 0 to 1 (RFC 9110 §12.4.2); a weight that is none counts as not said. */
export function weight(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return q !== undefined && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Number(q) : 1;
}

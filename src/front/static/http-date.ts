const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';
const FORMS = [
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`), // IMF-fixdate
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`), // RFC 850
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`), // asctime: UTC, though it does not say so
];

/**
 * An HTTP-date in one of its three forms, as seconds since 1970; undefined for anything else, which a recipient ignores
 * (RFC 9110 §5.6.7). Stricter than `Date.parse`, which reads asctime as local time. `now` is in milliseconds.
 */
export function parseHttpDate(text: string, now = Date.now()): number | undefined {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts === undefined) continue;
    const [day, hour, minute, second] = [Number(parts['day']), Number(parts['hour']), Number(parts['minute']), Number(parts['second'])];
    if (day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
    let year = Number(parts['year']);
    if (parts['year']!.length === 2) {
      // More than 50 years ahead is the most recent past year with these digits (RFC 9110 §5.6.7).
      const thisYear = new Date(now).getUTCFullYear();
      year += thisYear - (thisYear % 100);
      if (year > thisYear + 50) year -= 100;
    }
    const instant = new Date(0);
    instant.setUTCFullYear(year, MONTHS.indexOf(parts['month']!), day);
    return Math.trunc(instant.setUTCHours(hour, minute, second, 0) / 1000);
  }
  return undefined;
}

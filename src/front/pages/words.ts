import type { Fault, FaultCode } from '../../core/errors.ts';

/** A heading for people who know no status by its number. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'This request is not well-formed',
  401: 'A password is needed here',
  403: 'This cannot be shown',
  404: 'There is nothing here',
  405: 'This can only be read',
  408: 'The request took too long to arrive',
  413: 'This is too large',
  414: 'The address is too long',
  417: 'That expectation cannot be met',
  421: 'No site of that name is here',
  429: 'Too many requests',
  431: 'The request\u2019s header is too large',
  500: 'Something went wrong here',
  502: 'The app is not answering',
  503: 'Not available right now',
  504: 'The app took too long',
  508: 'This page redirects to itself',
};

const BY_CODE: Partial<Readonly<Record<FaultCode, string>>> = {
  'app-bad-answer': 'The app\u2019s answer makes no sense',
  'app-unasked-upgrade': 'The app\u2019s answer makes no sense',
  'app-closed': 'The app hung up',
  'maintenance': 'Closed for maintenance',
  'address-refused': 'This is not open to everybody',
  'client-certificate-missing': 'A client certificate is needed here',
  'client-certificate-bad': 'This client certificate does not open this site',
};

export const titleOf = (fault: Fault): string => BY_CODE[fault.code] ?? TITLES[fault.status] ?? 'This did not work';

/** What a visitor is told where it is not the visitor's doing: what to expect, nothing of how the site is built. */
const TO_VISITORS: Readonly<Record<number, string>> = {
  403: 'The site may not show this file.',
  404: 'The site has nothing under this address.',
  500: 'The site met an error of its own. It has been logged.',
  502: 'The app behind this site could not be reached, or its answer made no sense. Trying again in a moment may help.',
  503: 'The site cannot answer this right now. Trying again in a moment may help.',
  504: 'The app behind this site did not answer in time. Trying again in a moment may help.',
  508: 'The app behind this site sends every visitor of this page back to the same page.',
};

/** What anybody may read. A client hears what was wrong with its request; nobody hears an address or a cause inside. */
export function messageOf(fault: Fault): string {
  if (fault.code === 'maintenance') return 'The site is being worked on and will be back soon.';
  return (fault.blame === 'client' ? undefined : TO_VISITORS[fault.status]) ?? fault.summary;
}

/** The next step, for the one who runs the site; only where there is a better one than "look at what was seen". */
const ADVICE: Partial<Readonly<Record<FaultCode, string>>> = {
  'target-too-long': 'Send what is long in a body (POST), not in the address.',
  'head-too-large': 'Often cookies that pile up: clear those of this site. localhost shares its cookies among all ports and projects.',
  'too-many-fields': 'Often cookies or a proxy that repeats lines: look at what the client sends.',
  'connect-refused': 'Take this address out of the client\u2019s proxy settings.',
  'proxy-line': 'Switch the PROXY protocol off in the balancer before this door.',
  'tls-on-plain-port': 'Use https:// with the port of the https door.',
  'plain-on-tls-port': 'Use https:// instead of http:// for this port.',
  'missing-host': 'Every request names its site in a Host header; a health check may have to be told to.',
  'misdirected': 'Add the name with --domain, or use a name that this front was started with.',
  'misdirected-tls': 'Ask for each site over a connection of its own, made with that site\u2019s name (SNI).',
  'password-missing': 'The names are in the file of --guard, with hashes of their passwords.',
  'password-wrong': 'The names are in the file of --guard, with hashes of their passwords; it is read at start and at a reload.',
  'address-refused': 'The addresses are those of --guard; the true client\u2019s counts (--trust).',
  'client-certificate-missing': 'Give the browser or the client a certificate of an authority in the file of --client-ca (curl --cert FILE --key FILE), and connect anew.',
  'client-certificate-bad': 'The log says what is wrong with it; use one that an authority in the file of --client-ca has signed for clients, with its intermediates.',
  'too-many-requests': 'Wait as long as Retry-After says, or raise the rate of this path with --rate.',
  'body-too-large': 'Raise the limit with --max-body, or maxBody of the route.',
  'prefix-unclear': 'Write the prefix plainly: no escapes that are not needed, no empty and no dot segments before or across it.',
  'not-found': 'Check the name below the folder of this prefix. Dot files, and links that lead out of the folder, are never served.',
  'method-not-allowed': 'Send this to a path of the app, or serve the folder under a prefix of its own.',
  'file-unreadable': 'Give the user that the front runs as the right to read the file and to enter its folders.',
  'file-trouble': 'Look at the system: the disk, a network share.',
  'app-refused': 'Start the app, or correct the address that the front was given.',
  'app-unreachable': 'Check the app\u2019s address, and that this machine can reach it.',
  'app-untrusted': 'The log says what is wrong with the certificate, and the line to change.',
  'app-handshake': 'The log says what was seen. Where the app speaks plain HTTP, write http:// in place of https://.',
  'app-closed': 'Look at the app\u2019s own output: it may have crashed on this request or been restarted.',
  'app-down': 'The log says of each server why. Start them; the next one is tried when Retry-After says.',
  'app-bad-answer': 'Check that this is the app\u2019s plain HTTP port, and nothing that speaks TLS, HTTP/2 or another protocol.',
  'app-connect-timeout': 'The app may have no worker free to accept: look at its load and its backlog.',
  'app-answer-timeout': 'Look at what the app is doing, or raise the timeout for its answers.',
  'app-busy': 'Give the app more workers, or raise --max-concurrent or --queue.',
  'app-queue-timeout': 'Look at what keeps the app so long; give it more workers, or raise --max-concurrent.',
  'maintenance': 'Remove the file that switches it on, or take maintenance out of the configuration; allow names who gets through.',
  'no-descriptors': 'Raise the limit of open files: LimitNOFILE= in a systemd unit, ulimit -n in a shell.',
  'disk-trouble': 'Make room in the folder for temporary files (TMPDIR).',
};

export const adviceOn = (fault: Fault): string | undefined => ADVICE[fault.code];

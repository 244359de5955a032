/**
 * Everything that can be wrong with a message or with the way it took, in one table.
 *
 * A fault has a stable code (it is in logs, pages and `docs/errors.md`; a test compares the two), says who is to
 * blame, and which status the client sees. Codes are never reused for another meaning.
 */

/** Who has to act: the one who sent the request, the app behind the front, the one who runs it, or Sallyport itself. */
export type Blame = 'client' | 'app' | 'operator' | 'us';

export interface FaultKind {
  /** The HTTP status a client is answered with (RFC 9110 §15); 0 where no answer is possible any more. */
  readonly status: number;
  readonly blame: Blame;
  /** One sentence for people: what this is. What was seen goes into {@link Fault.detail}. */
  readonly summary: string;
}

const client = (status: number, summary: string): FaultKind => ({ status, blame: 'client', summary });
const app = (status: number, summary: string): FaultKind => ({ status, blame: 'app', summary });
const operator = (status: number, summary: string): FaultKind => ({ status, blame: 'operator', summary });

export const FAULTS = {
  // The request line (RFC 9112 §3)
  'bad-request-line': client(400, 'The request line is not "method SP target SP HTTP/1.1".'),
  'bad-method': client(400, 'The method is not a token (RFC 9110 §9.1).'),
  'bad-target': client(400, 'The request target is not in a form this method may have (RFC 9112 §3.2).'),
  'target-too-long': client(414, 'The request target is longer than 16 KiB.'),
  'bad-version': client(400, 'The protocol version is not HTTP/1.1 or HTTP/1.0.'),
  'connect-refused': client(400, 'CONNECT asks for a forward proxy; this is not one.'),
  'http2-preface': client(400, 'The client spoke HTTP/2 on a connection that negotiated HTTP/1.1.'),
  'proxy-line': client(400, 'The connection began with a PROXY protocol header, which this door does not accept.'),
  'tls-on-plain-port': client(400, 'The client spoke TLS on the plain HTTP port.'),
  'plain-on-tls-port': client(400, 'The client spoke plain HTTP on the TLS port.'),
  // The PROXY protocol, on doors that expect it. The connection is closed: HTTP has not begun (proxy-protocol.txt §2).
  'proxy-header-bad': operator(0, 'The PROXY protocol header is malformed, cut short or too long.'),
  'proxy-header-missing': operator(0, 'A trusted balancer sent no PROXY protocol header to a door that expects one.'),
  'proxy-header-stranger': client(0, 'Somebody who is not a trusted balancer came to a door that expects the PROXY protocol.'),
  'proxy-header-timeout': operator(0, 'The PROXY protocol header did not arrive in time.'),
  // A connection that was not let in. It is closed: an answer over TLS would cost a handshake, which is what there is too much of.
  'too-many-connections': operator(0, 'As many clients are connected as may be.'),
  // The head (RFC 9112 §2.2, §5)
  'bare-cr': client(400, 'A CR without an LF after it (RFC 9112 §2.2).'),
  'bare-lf': client(400, 'An LF without a CR before it (RFC 9112 §2.2).'),
  'bad-character': client(400, 'A NUL or another control character in the head (RFC 9110 §5.5).'),
  'folded-field': client(400, 'A field line folded over two lines (RFC 9112 §5.2).'),
  'bad-field-name': client(400, 'A field name that is empty, not a token, or followed by white space (RFC 9112 §5.1).'),
  'bad-connection': client(400, 'A Connection field that is not a list of at most 64 tokens (RFC 9110 §7.6.1).'),
  'missing-colon': client(400, 'A field line without a colon (RFC 9112 §5).'),
  'head-too-large': client(431, 'The head is longer than 64 KiB.'),
  'variables-too-large': client(431, 'The variables that the request makes for its app are longer than the 64 KiB of uwsgi and FastCGI.'),
  'too-many-fields': client(431, 'The head has more than 200 field lines.'),
  // Host (RFC 9112 §3.2)
  'missing-host': client(400, 'No Host field.'),
  'repeated-host': client(400, 'More than one Host field.'),
  'bad-host': client(400, 'The Host field is not a host name or address with an optional port.'),
  'host-mismatch': client(400, 'Host and the absolute request target name different hosts.'),
  'misdirected': client(421, 'No site here has that host name.'),
  'misdirected-tls': client(421, 'The TLS handshake was for another site, whose rules for client certificates are not those of this one.'),
  // Guards of a path. 401 goes with WWW-Authenticate (RFC 9110 §15.5.2).
  'password-missing': client(401, 'This part of the site asks for a name and a password.'),
  'password-wrong': client(401, 'The name or the password is not right.'),
  'address-refused': client(403, 'This part of the site is not open to the address that the request came from.'),
  // Client certificates. 403: the message is well-formed and was understood; what is missing is the right (RFC 9110 §15.5.4).
  'client-certificate-missing': client(403, 'This site asks for a client certificate, and none was sent.'),
  'client-certificate-bad': client(403, 'The client certificate is not one that this site believes.'),
  'too-many-requests': client(429, 'More requests came than this part of the site takes from one side.'), // RFC 6585 §4
  // Framing (RFC 9112 §6)
  'bad-content-length': client(400, 'Content-Length is not one run of digits below 2^53.'),
  'repeated-content-length': client(400, 'More than one Content-Length.'),
  'length-and-coding': client(400, 'Content-Length beside Transfer-Encoding.'),
  'bad-transfer-coding': client(400, 'A Transfer-Encoding other than one single "chunked", or one in HTTP/1.0.'),
  'bad-chunk': client(400, 'A chunk whose size, extension or end is malformed (RFC 9112 §7.1).'),
  'bad-trailer': client(400, 'A malformed trailer section (RFC 9112 §7.1.2).'),
  'bad-expectation': client(417, 'An expectation other than 100-continue.'),
  'body-too-large': client(413, 'The body is larger than this site accepts.'),
  'body-cut': client(400, 'The connection ended before the body did.'),
  'head-timeout': client(408, 'The head did not arrive in time.'),
  'body-timeout': client(408, 'The body did not arrive in time.'),
  'client-gone': client(0, 'The client went away before its answer was complete.'),
  'prefix-unclear': client(400, 'The path spells a prefix that has to be taken off in a way that servers read differently.'),
  // Static files
  'not-found': client(404, 'No such file.'),
  'method-not-allowed': client(405, 'This path serves files: GET and HEAD only.'),
  'outside-root': operator(404, 'The file is there, but a link leads out of the folder that is served.'),
  'file-unreadable': { status: 403, blame: 'operator', summary: 'The file is there, but the front may not read it.' },
  'file-trouble': { status: 503, blame: 'operator', summary: 'The system could not open or read the file.' },
  // The app
  'handed-missing': app(404, 'The app handed its answer over to a file that is not there, or not in a folder that it may name.'),
  'app-refused': app(502, 'The app refused the connection.'),
  'app-unreachable': app(502, 'The app could not be reached.'),
  'app-untrusted': app(502, 'The app showed a certificate that is not believed.'),
  'app-handshake': app(502, 'The TLS handshake with the app failed.'),
  'app-closed': app(502, 'The app closed the connection before it answered.'),
  'app-bad-answer': app(502, 'The app sent something that is not a well-formed answer.'),
  'app-unasked-upgrade': app(502, 'The app switched protocols without having been asked to.'),
  'app-down': app(503, 'None of the app\'s servers can be asked right now.'),
  'app-busy': app(503, 'The app has as many requests at once as it may have, and as many wait.'),
  'app-queue-timeout': app(503, 'The app had as many requests at once as it may have, for too long.'),
  'app-cut-answer': app(0, 'The app closed the connection in the middle of its answer.'),
  'app-connect-timeout': app(504, 'The app did not accept the connection in time.'),
  'app-answer-timeout': app(504, 'The app did not begin its answer in time.'),
  'app-idle-timeout': app(0, 'The app stopped in the middle of its answer for too long.'),
  'redirect-loop': app(508, 'The app redirects this URL to itself: it does not know that the request was secure.'),
  'policy-contradiction': app(508, 'The app and the front redirect this URL to each other.'),
  // Us
  'disk-trouble': { status: 503, blame: 'operator', summary: 'A request body could not be kept on disk.' },
  'no-descriptors': { status: 503, blame: 'operator', summary: 'This process has no file descriptors to spare.' },
  'maintenance': { status: 503, blame: 'operator', summary: 'The site is closed for maintenance.' },
  'stopping': { status: 503, blame: 'operator', summary: 'The front is stopping.' },
  'internal': { status: 500, blame: 'us', summary: 'A defect in Sallyport.' },
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof FAULTS;

/** One thing that went wrong. Not an `Error`: it is an expected outcome, and taking a stack for it would cost an attacker nothing and us a lot. */
export class Fault {
  readonly code: FaultCode;
  /** What was seen, in words safe for a log line; never shown to clients of a production site. */
  readonly detail: string;
  /** Seconds after which it may be over, where that is known: for `Retry-After` (RFC 9110 §10.2.3). */
  readonly retryAfter: number | undefined;

  constructor(code: FaultCode, detail = '', retryAfter?: number) {
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  get status(): number { return FAULTS[this.code].status; }
  get blame(): Blame { return FAULTS[this.code].blame; }
  get summary(): string { return FAULTS[this.code].summary; }
}

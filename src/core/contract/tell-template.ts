import { forwardedNode, quoteForwarded } from './forwarded.ts';
import type { ClientCertificate } from './certificate.ts';
import type { Scheme, Truth } from './truth.ts';

const of = (fact: (certificate: ClientCertificate) => string) => ({ certificate }: Truth): string => (certificate ? fact(certificate) : '');

/** What a `{word}` stands for. */
export const WORDS = {
  '{scheme}': (truth: Truth): string => truth.scheme,
  '{on}': (truth: Truth): string => (truth.scheme === 'https' ? 'on' : 'off'),
  '{client}': (truth: Truth): string => truth.client,
  '{host}': (truth: Truth): string => truth.host,
  '{port}': (truth: Truth): string => String(truth.port),
  '{node}': (truth: Truth): string => forwardedNode(truth.client),
  '{quoted-host}': (truth: Truth): string => quoteForwarded(truth.host),
  '{client-verified}': (truth: Truth): string => (truth.certificate ? 'SUCCESS' : 'NONE'), // nginx's words
  '{client-cert}': of(({ der }) => `:${der}:`), // a byte sequence (RFC 9440 §2.1, RFC 8941 §3.3.5)
  '{client-cert-pem}': of(({ der }) => encodeURIComponent(pemOf(der))), // nginx's $ssl_client_escaped_cert
  '{client-cert-subject}': of(({ subject }) => subject),
  '{client-cert-issuer}': of(({ issuer }) => issuer),
  '{client-cert-serial}': of(({ serial }) => serial),
  '{client-cert-fingerprint}': of(({ fingerprint }) => fingerprint),
} as const;

export type Word = keyof typeof WORDS;

/** Words that say something of the client's certificate, for people and for messages. */
export const CERTIFICATE_WORDS: readonly Word[] = ['{client-verified}', '{client-cert}', '{client-cert-pem}', '{client-cert-subject}', '{client-cert-issuer}', '{client-cert-serial}', '{client-cert-fingerprint}'];

const ofCertificate: ReadonlySet<string> = new Set(CERTIFICATE_WORDS);

/** Whether a template depends on the client's certificate. */
export const asksCertificate = (template: Template): boolean => template.some((part) => ofCertificate.has(part));

/** Whether there is nothing to write: a word of a certificate, and no certificate. An empty line would look like an empty certificate (RFC 9440 §2.2 leaves it out). */
export const lacksCertificate = (template: Template, { certificate }: Truth): boolean =>
  !certificate && template.some((part) => part !== '{client-verified}' && ofCertificate.has(part));

/** DER in base64 as PEM (RFC 7468 §2). */
export const pemOf = (der: string): string => `-----BEGIN CERTIFICATE-----\n${der.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;

/** A value cut into words and the text between them. */
export type Template = readonly string[];

/** Braces with anything but a word between them are text, so that a JSON value needs no escaping. */
export function cut(value: string): Template {
  return value.split(/(\{[A-Za-z][\w-]*\})/).filter((part) => part !== '');
}

export function isWord(part: string): part is Word {
  return Object.hasOwn(WORDS, part);
}

export function render(template: Template, truth: Truth): string {
  return template.map((part) => (isWord(part) ? WORDS[part](truth) : part)).join('');
}

/** Text with holes where the client goes: the one thing that differs from request to request on a connection-rich site. */
interface Stencil {
  readonly host: string;
  readonly port: number;
  /** One more than there are holes. */
  readonly texts: readonly string[];
  /** For each hole whether the client goes in as `Forwarded` writes it. */
  readonly asNode: readonly boolean[];
}

/**
 * Writes the same template for truth after truth of one scheme. What depends on host and port is kept for the last
 * pair of them: on most sites that is every request, and then a head's lines are two or three concatenations.
 */
export function createWriter(template: Template, scheme: Scheme): (truth: Truth) => string {
  let last: Stencil | undefined;
  return (truth) => {
    if (last === undefined || last.host !== truth.host || last.port !== truth.port) last = press(template, { ...truth, scheme });
    const { texts, asNode } = last;
    let lines = texts[0]!;
    for (let i = 0; i < asNode.length; i++) lines += (asNode[i]! ? forwardedNode(truth.client) : truth.client) + texts[i + 1]!;
    return lines;
  };
}

function press(template: Template, truth: Truth): Stencil {
  // Host was validated where it was read; this is the last wall before it becomes header text, and it is met once per host.
  if (!/^[\x21-\x7e]+$/.test(truth.host)) throw new Error('The host of a request has characters that no Host may have; it was not validated.');
  const texts = [''];
  const asNode: boolean[] = [];
  for (const part of template) {
    if (part === '{client}' || part === '{node}') {
      asNode.push(part === '{node}');
      texts.push('');
    } else texts[texts.length - 1] += isWord(part) ? WORDS[part](truth) : part;
  }
  return { host: truth.host, port: truth.port, texts, asNode };
}

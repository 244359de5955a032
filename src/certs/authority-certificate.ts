/** The certificate of a local authority: what it says, and how tightly it is fenced in. */
import { hostname, userInfo } from 'node:os';
import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints, id_ce_nameConstraints } from '@peculiar/asn1-x509';
import { DAY } from './events.ts';
import type { Scope } from './names.ts';
import { SIGNATURE_ALGORITHM, x509 } from './x509.ts';
import type { CryptoKeyPair } from './x509.ts';

const LIFETIME = 3652 * DAY;
/** Clocks of phones and virtual machines run behind; a certificate from their future is refused. */
export const CLOCK_SKEW = 60 * 60 * 1000;

export interface AuthorityRequest {
  readonly scope: Scope;
  readonly keys: CryptoKeyPair;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Self-signed, for ten years; it can sign leaves and nothing that signs further (path length 0). */
export async function makeAuthorityCertificate({ scope, keys, now }: AuthorityRequest): Promise<InstanceType<typeof x509.X509Certificate>> {
  return x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName(scope)] }, { O: ['Sallyport'] }],
    keys,
    signingAlgorithm: SIGNATURE_ALGORITHM,
    notBefore: new Date(now - CLOCK_SKEW),
    notAfter: new Date(now + LIFETIME),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      // Verifiers read this on an authority as a bound on its leaves: no mail, no code. Name constraints alone would leave those open.
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(nameConstraints(scope))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

/** RFC 5280 §4.2.1.10; critical, so that a client which cannot check it refuses the certificate. */
function nameConstraints(scope: Scope): NameConstraints {
  const subtrees = ({ names, addresses }: Scope['permitted']): GeneralSubtrees | undefined => {
    const bases = [...names.map((dNSName) => new GeneralName({ dNSName })), ...addresses.map((iPAddress) => new GeneralName({ iPAddress }))];
    return bases.length === 0 ? undefined : new GeneralSubtrees(bases.map((base) => new GeneralSubtree({ base })));
  };
  const permittedSubtrees = subtrees(scope.permitted);
  const excludedSubtrees = subtrees(scope.excluded);
  return new NameConstraints({ ...(permittedSubtrees && { permittedSubtrees }), ...(excludedSubtrees && { excludedSubtrees }) });
}

/** What people see in a list of authorities: whose it is, and on which machine. */
function commonName(scope: Scope): string {
  const what = scope.id === 'local' ? 'Sallyport local authority' : `Sallyport ${scope.id}`;
  return cut(`${what} (${userAtHost()})`, 64); // ub-common-name, RFC 5280 appendix A.1
}

function userAtHost(): string {
  let user: string;
  try {
    user = userInfo().username;
  } catch { // a container's user id without an entry in passwd
    user = `uid ${process.getuid?.() ?? '?'}`;
  }
  return `${user}@${hostname()}`;
}

const cut = (text: string, length: number): string => (text.length <= length ? text : text.slice(0, length - 1) + '…');

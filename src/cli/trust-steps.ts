/** What a person does by hand, on machines that Sallyport does not change by itself. Exact, to be copied. */
import { AUTHORITY_PATH } from '../front/own/authority-download.ts';
import { quote } from '../certs/trust-stores/store.ts';

/** An authority, as far as the steps need it. */
export interface Steppable {
  readonly file: string;
  readonly commonName: string;
  readonly sha1: string;
}

export const macTrust = (authorities: readonly Steppable[]): string[] => [
  'macOS: run (it asks for your password; Safari, Chrome, Edge and Firefox 120 or later all look there):',
  ...authorities.map(({ file }) => `  security add-trusted-cert -r trustRoot -p ssl -k ~/Library/Keychains/login.keychain-db ${quote(file)}`),
];

export const macUntrust = (authorities: readonly Steppable[]): string[] => [
  'macOS: run:',
  ...authorities.flatMap(({ file, sha1 }) => [`  security remove-trusted-cert ${quote(file)}`, `  security delete-certificate -Z ${sha1.toUpperCase()} ~/Library/Keychains/login.keychain-db`]),
];

export const windowsTrust = (authorities: readonly Steppable[]): string[] => [
  'Windows: run in a command prompt (no administrator needed; it asks once per certificate):',
  ...authorities.map(({ file }) => `  certutil -user -addstore Root "${file}"`),
  'Chrome, Edge and Firefox 120 or later look there. For every user of the machine, as administrator: the same without -user.',
];

export const windowsUntrust = (authorities: readonly Steppable[]): string[] => [
  'Windows: run in a command prompt:',
  ...authorities.map(({ sha1 }) => `  certutil -user -delstore Root ${sha1}`),
];

export const phoneTrust = (authorities: readonly Steppable[]): string[] => [
  'A phone on the same network: send it this file (AirDrop, mail), or start the front with --http 0.0.0.0:8080 --https 0.0.0.0:8443',
  `and open http://ADDRESS-OF-THIS-MACHINE:8080${AUTHORITY_PATH}.crt on the phone (further authorities: ${AUTHORITY_PATH}-2.crt and on). Then:`,
  ...authorities.map(({ file }) => `  ${file}`),
  '  iPhone, iPad: open the file and allow the profile. Settings, General, VPN & Device Management: install it.',
  '    Then Settings, General, About, Certificate Trust Settings: switch it on.',
  '  Android: Settings, Security & privacy, More security settings, Encryption & credentials,',
  '    Install a certificate, CA certificate: choose the file. (Names differ a little between makers; search Settings for "certificate".)',
  '    Browsers take it; other apps only where their developer allowed it.',
];

export const phoneUntrust: readonly string[] = [
  'A phone: iPhone, iPad: Settings, General, VPN & Device Management: remove the profile.',
  '  Android: Settings, Encryption & credentials, User credentials: remove it.',
];

/** Programs that bring a list of authorities of their own. */
export const ownLists = (file: string): string[] => [
  'Programs with a list of their own:',
  `  Node.js   NODE_EXTRA_CA_CERTS=${quote(file)} node …`,
  `  curl      curl --cacert ${quote(file)} https://localhost:8443/`,
  `  Python    REQUESTS_CA_BUNDLE=${quote(file)} (requests), SSL_CERT_FILE=${quote(file)} (httpx, urllib)`,
];

/** Authorities and client certificates made by OpenSSL, as a person makes them. Files `NAME.crt` and `NAME.key`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './real.ts';

export interface Pem { readonly cert: string; readonly key: string }

const openssl = (args: readonly string[]): void => { execFileSync(program('openssl'), args, { stdio: 'pipe' }); };
const filesOf = (dir: string, name: string): Pem => ({ cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) });
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export const makeAuthority = (dir: string, name: string): Pem => {
  const made = filesOf(dir, name);
  openssl(['req', '-x509', ...NEW_KEY, '-subj', `/CN=${name}`, '-days', '30', '-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-keyout', made.key, '-out', made.cert]);
  return made;
};

/** Signed by `issuer`. `expired`: it was good in 2020. */
export const makeClient = (dir: string, name: string, issuer: Pem, { expired = false, usage = 'clientAuth' } = {}): Pem => {
  const made = filesOf(dir, name);
  const extensions = ['-addext', 'basicConstraints=critical,CA:false', '-addext', `extendedKeyUsage=${usage}`];
  if (!expired) {
    openssl(['req', '-x509', '-utf8', ...NEW_KEY, '-subj', `/O=Acme, \u00c4rzte/CN=${name}`, '-days', '10', '-CA', issuer.cert, '-CAkey', issuer.key, ...extensions, '-keyout', made.key, '-out', made.cert]);
    return made;
  }
  // Only `openssl ca` takes both dates, and it wants a folder of its own.
  const folder = join(dir, `${name}-ca`);
  mkdirSync(folder, { recursive: true });
  const request = join(folder, 'request');
  const config = join(folder, 'config');
  writeFileSync(join(folder, 'index'), '');
  writeFileSync(config, `[ca]\ndefault_ca=x\n[x]\ndatabase=${folder}/index\nnew_certs_dir=${folder}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nemail_in_dn=no\n[p]\ncommonName=supplied\n`);
  openssl(['req', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', made.key, '-out', request]);
  openssl(['ca', '-batch', '-notext', '-config', config, '-cert', issuer.cert, '-keyfile', issuer.key, '-in', request, '-out', made.cert, '-startdate', '20200101000000Z', '-enddate', '20210101000000Z']);
  return made;
};

import { tellsCertificate } from '../../core/contract/tell.ts';
import { existingFile } from '../values/prefix.ts';
import type { Path, Problems } from '../problems.ts';
import type { SiteContext } from './resolve-site.ts';
import type { ClientCertificateSettings, Settings, SiteSettings, TellSetting } from '../settings/settings.ts';
import type { SiteConfig } from '../types.ts';

export function resolveClients({ clientCertificates: written }: SiteConfig, { path, folder, problems }: SiteContext): ClientCertificateSettings | undefined {
  if (written === undefined) return undefined;
  const ca = problems.at([...path, 'clientCertificates', 'ca'], written.ca, () => existingFile(written.ca, folder));
  return ca === undefined ? undefined : { ca, optional: written.optional ?? false };
}

/** RFC 9440 §2.2, where a person did not choose other headers, or none. */
export function certificateHeader({ speaks }: SiteConfig, tell: readonly TellSetting[]): readonly TellSetting[] {
  if (speaks === 'none' || tell.some(({ name, value }) => tellsCertificate(value) || name.toLowerCase() === 'client-cert')) return [];
  return [{ name: 'Client-Cert', value: '{client-cert}' }];
}

/** What would answer clients that were not asked, or tell what nobody asked for. */
export function checkClients({ https }: Settings, site: SiteSettings, { at, problems }: { readonly at: Path; readonly problems: Problems }): void {
  const { clientCertificates: clients, health, schemes, tell } = site;
  const wrong = (key: Path, seen: unknown, expected: string, next: string): void => problems.add({ path: [...at, ...key], seen, expected, next });
  if (clients === undefined) {
    const line = tell.find(({ value }) => tellsCertificate(value));
    if (line !== undefined) wrong(['tell'], `${line.name}: ${line.value}`, 'a site that asks for client certificates', 'Add --client-ca FILE (clientCertificates: { ca }), or take the line out');
    return;
  }
  if (https.kind === 'off') wrong(['clientCertificates', 'ca'], clients.ca, 'an https door', 'https is off, so no client can show a certificate: open it');
  if (clients.optional) return;
  const plain = schemes.find(([, policy]) => policy !== 'https');
  if (plain !== undefined) wrong(['scheme'], `${plain[0]}=${plain[1]}`, 'https for every path, since clients have to show a certificate', 'Over plain HTTP nobody can: make the path https, give it a site of its own, or make certificates optional (--client-cert-optional)');
  if (health.length > 0) wrong(['health'], health[0], 'no health paths, since clients have to show a certificate', 'They are answered to everybody: let the balancer look at another site or at the port alone, or make certificates optional (--client-cert-optional)');
}

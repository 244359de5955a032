import { saidBy } from '../machine.ts';
import type { Peer } from './peer.ts';

export const hitch: Peer = {
  name: 'hitch',
  title: 'hitch',
  remark: 'a TLS relay that never looks at HTTP and tells the app nothing: the floor to measure from',
  can: [],
  needs: { file: '/usr/sbin/hitch', from: 'hitch' },
  version: () => saidBy('hitch', '--version').replace('hitch ', ''),
  prepare: ({ place, port, backend }) => ({
    line: [
      'hitch', `--frontend=[127.0.0.1]:${port}`, `--backend=[127.0.0.1]:${backend}`, '--workers=1', '--tls-protos=TLSv1.3', '--backlog=4096', '--quiet',
      ...process.getuid?.() === 0 ? ['--user=nobody'] : [], place.both,
    ],
  }),
};

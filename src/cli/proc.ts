/**
 * Who listens where, as Linux tells in /proc (proc(5), proc_net(5)). Elsewhere, and where it may not be read, the lists
 * are empty and messages leave that part out. /proc/self/net and not /proc/net, which a service with ProcSubset=pid has not.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Listening {
  /** Text form; IPv4-mapped addresses as IPv4. */
  readonly address: string;
  readonly port: number;
  /** The socket's inode, by which its owners are found. */
  readonly inode: string;
  /** The user it belongs to, by number. */
  readonly uid: number;
}

const read = (path: string): string => {
  try { return readFileSync(path, 'latin1'); } catch { return ''; }
};

/** Every TCP socket of this network namespace that listens. */
export function listening(): Listening[] {
  return ['/proc/self/net/tcp', '/proc/self/net/tcp6'].flatMap((path) => read(path).split('\n').slice(1).flatMap((line): Listening[] => {
    const columns = line.trim().split(/\s+/);
    const [host, port] = columns[1]?.split(':') ?? [];
    if (columns[3] !== LISTEN || host === undefined || port === undefined) return [];
    return [{ address: addressText(host), port: parseInt(port, 16), inode: columns[9] ?? '', uid: Number(columns[7]) }];
  }));
}

const LISTEN = '0A';

/** The kernel prints an address as 32-bit words in the machine's byte order, which is little-endian on all Node runs on. */
function addressText(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse().map((byte) => parseInt(byte, 16)));
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** The inodes of the sockets a process holds. */
export function socketsOf(pid: number): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const socket = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`));
      if (socket !== null) inodes.add(socket[1]!);
    }
  } catch { /* gone, or not ours to look into */ }
  return inodes;
}

const linkOf = (path: string): string => {
  try { return readlinkSync(path); } catch { return ''; } // closed since it was listed
};

/** The socket that a descriptor of this process is, as `inode`, where it is one. */
export const socketAt = (descriptor: number): string | undefined => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/self/fd/${descriptor}`))?.[1];

/** What a descriptor of this process is, for a person; undefined where the system does not tell. */
export function holds(descriptor: number): string | undefined {
  if (linkOf('/proc/self/exe') === '') return undefined;
  const link = linkOf(`/proc/self/fd/${descriptor}`);
  if (link === '') return 'not open';
  return link.startsWith('socket:') ? 'a socket that cannot listen: one of datagrams, or a connection' : link.startsWith('/') ? `the file ${link}` : link;
}

/** The path of a unix socket, by its inode; an abstract name begins with `@`, and one without a name has ''. Undefined: there is none. */
export function unixPath(inode: string): string | undefined {
  // Num RefCount Protocol Flags Type St Inode Path; the path may hold spaces.
  const columns = read('/proc/self/net/unix').split('\n').map((line) => /^\S+: \S+ \S+ \S+ \S+ \S+ +(\d+) ?(.*)$/.exec(line)).find((match) => match?.[1] === inode);
  return columns?.[2];
}

interface Process { readonly pid: number; readonly name: string; readonly parent: number; readonly session: number }

function processes(): Process[] {
  let names: string[];
  try { names = readdirSync('/proc'); } catch { return []; }
  return names.filter((name) => /^\d+$/.test(name)).flatMap((name): Process[] => {
    // pid (name) state ppid pgrp session …; the name may hold spaces and parentheses, so the last one counts.
    const stat = /^(\d+) \((.*)\) \S (\d+) \d+ (\d+)/s.exec(read(`/proc/${name}/stat`));
    // Node 26 names its main thread, and so the process.
    return stat === null ? [] : [{ pid: Number(stat[1]), name: stat[2]!.replace(/-MainThread$/, ''), parent: Number(stat[3]), session: Number(stat[4]) }];
  });
}

/** What a process, its descendants and its session listen on. */
export function listeningBelow(root: number): Listening[] {
  const all = processes();
  const tree = new Set([root, ...all.filter(({ session }) => session === root).map(({ pid }) => pid)]);
  for (let before = 0; before !== tree.size;) {
    before = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  const inodes = new Set([...tree].flatMap((pid) => [...socketsOf(pid)]));
  return listening().filter(({ inode }) => inodes.has(inode));
}

/**
 * Who listens on a port, as `nginx (pid 812)`, or as `a program of root` where the process may not be looked into;
 * undefined where the system does not tell.
 */
export function portHolder(port: number): string | undefined {
  const sockets = listening().filter((socket) => socket.port === port && socket.inode !== '0');
  if (sockets.length === 0) return undefined;
  const holders = processes().filter(({ pid }) => {
    const own = socketsOf(pid);
    return sockets.some(({ inode }) => own.has(inode));
  });
  if (holders.length === 0) return `a program of ${userName(sockets[0]!.uid)}`;
  // Workers hold their parent's socket too: the one whose parent is no holder is the one to name.
  const pids = new Set(holders.map(({ pid }) => pid));
  const first = holders.find(({ parent }) => !pids.has(parent)) ?? holders[0]!;
  return `${first.name} (pid ${first.pid})`;
}

const userName = (uid: number): string =>
  read('/etc/passwd').split('\n').map((line) => line.split(':')).find((columns) => columns[2] === String(uid))?.[0] ?? `the user with number ${uid}`;

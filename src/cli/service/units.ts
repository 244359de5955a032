import { quoteProgram, quoteWord } from './quote.ts';
import type { ServicePlan } from './plan.ts';

export interface Unit { readonly file: string; readonly text: string }

/** The units of a service. systemd opens the doors, so that the service needs no right to low ports and nobody is refused while it is restarted. */
export function unitsOf(plan: ServicePlan): Unit[] {
  return [{ file: `${plan.name}.socket`, text: socketUnit(plan) }, { file: `${plan.name}.service`, text: serviceUnit(plan) }];
}

const socketUnit = ({ name, app, sockets }: ServicePlan): string => `[Unit]
Description=The doors of Sallyport before ${oneLine(app)}

[Socket]
${sockets.map((place) => `ListenStream=${place.replaceAll('%', '%%')}`).join('\n')}
BindIPv6Only=both
FreeBind=yes
Service=${name}.service

[Install]
WantedBy=sockets.target
`;

function serviceUnit(plan: ServicePlan): string {
  const { name, user, group, app, grace, writes, launched } = plan;
  const [program, ...start] = plan.program;
  const command = (words: readonly string[]): string => [quoteProgram(program), ...[...start, ...words].map(quoteWord)].join(' ');
  const other = writes.filter((folder) => folder !== `/var/log/${name}` && folder !== `/run/${name}`);
  return `[Unit]
Description=Sallyport, HTTPS before ${oneLine(app)}
Documentation=man:systemd.exec(5)
Requires=${name}.socket
After=network.target ${name}.socket

[Service]
Type=notify
# systemd-notify says it: neither Node nor Bun can write to systemd's socket.
NotifyAccess=all
# Told twice in that time, while every process of it answers; a service that is stuck is ended and started anew.
WatchdogSec=30
ExecStart=${command(plan.words)}
ExecReload=${command(['reload'])}${launched ? '' : ' --pid $MAINPID'}
User=${user}
${group === undefined ? '' : `Group=${group}\n`}Environment=SALLYPORT_DATA_DIR=/var/lib/${name}
StateDirectory=${name}
StateDirectoryMode=0700
LogsDirectory=${name}
LogsDirectoryMode=0750
RuntimeDirectory=${name}
RuntimeDirectoryMode=0750
${other.length === 0 ? '' : `ReadWritePaths=${other.map(quoteProgram).join(' ')}\n`}Restart=on-failure
RestartSec=1
# Running answers get ${grace} s (--grace).
TimeoutStopSec=${Math.ceil(grace) + 30}

# Sockets come from ${name}.socket, so it needs no right at all, not even to low ports.
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
UMask=0007
PrivateUsers=yes

# What it sees of the machine. It reads what it serves, and writes to its own folders and ${other.length === 0 ? 'a /tmp of its own' : 'those of ReadWritePaths='}.
ProtectSystem=strict
ProtectHome=${plan.readsHomes ? 'read-only' : 'yes'}
PrivateTmp=${plan.readsTemporary ? 'no' : 'yes'}
PrivateDevices=yes
PrivateMounts=yes
PrivateIPC=yes
ProtectProc=invisible
ProcSubset=pid
ProtectHostname=yes
ProtectClock=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
RemoveIPC=yes
KeyringMode=private

# What it may ask of the kernel. AF_NETLINK: names of addresses and of this machine's interfaces.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
# @pkey: V8 keeps its machine code under a protection key.
SystemCallFilter=@system-service @pkey
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
# MemoryDenyWriteExecute= stays off: Node and Bun make machine code of JavaScript while they run, and would not start.

[Install]
WantedBy=multi-user.target
Also=${name}.socket
`;
}

/** For a line of text in a unit. */
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\\]+/g, ' ').replaceAll('%', '%%');

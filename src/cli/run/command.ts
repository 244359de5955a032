/** Where an app that Sallyport starts is told to listen. */
export interface Place { readonly host: string; readonly port: number }

/** Puts `{port}` and `{host}` into the words of a command. Other braces stay: they are the command's own. */
export const fillIn = (words: readonly string[], { host, port }: Place): string[] =>
  words.map((word) => word.replaceAll('{port}', String(port)).replaceAll('{host}', host));

/**
 * PORT and HOST for the app, over whatever this process was started with, but for what a service manager said to this
 * process alone: servers such as Gunicorn and Puma would take its sockets for theirs, and tell that all is ready before it is.
 */
export function appEnvironment(env: Readonly<Record<string, string | undefined>>, { host, port }: Place): Record<string, string | undefined> {
  const own = Object.entries(env).filter(([name]) => !/^(?:LISTEN_(?:PID|PIDFDID|FDS|FDNAMES)|NOTIFY_SOCKET|WATCHDOG_(?:PID|USEC)|SALLYPORT_SUCCEEDS)$/.test(name));
  return { ...Object.fromEntries(own), PORT: String(port), HOST: host };
}

/** Where an app that Sallyport starts is told to listen. */
export interface Place { readonly host: string; readonly port: number }

/** Puts `{port}` and `{host}` into the words of a command. Other braces stay: they are the command's own. */
export const fillIn = (words: readonly string[], { host, port }: Place): string[] =>
  words.map((word) => word.replaceAll('{port}', String(port)).replaceAll('{host}', host));

/** PORT and HOST for the app, over whatever this process was started with. */
export const appEnvironment = (env: Readonly<Record<string, string | undefined>>, { host, port }: Place): Record<string, string | undefined> =>
  ({ ...env, PORT: String(port), HOST: host });

/** What the Django site's /truth says about the request it got. */
export interface Told {
  readonly secure: boolean;
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly uri: string;
  readonly client: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly environ: Readonly<Record<string, string>>;
}

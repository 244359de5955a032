/** Where something listens, as configuration says it. The same shapes as the transport's; the two rooms do not import each other. */
export type ListenAddress =
  | { readonly kind: 'ip'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export type ConnectAddress = ListenAddress;

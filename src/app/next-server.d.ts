/**
 * As much of `next/server.js` as is used here. tsconfig.json puts it in the place of Next.js' own types, which would
 * bring a browser's globals into every file of this package.
 */
export declare const NextResponse: {
  /** The request goes on to the app, with these headers in the place of its own. */
  next(init: { readonly request: { readonly headers: Headers } }): Response;
};

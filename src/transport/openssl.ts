/** OpenSSL's reason in the message of an error of Node's, whose line is thread:error:number:library:function:reason:file:line. */
export const opensslReason = (message: string): string | undefined => /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/.exec(message)?.[1];

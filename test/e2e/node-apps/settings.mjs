/** Where to listen: PORT is a port of loopback (0: a free one) or the path of a unix socket. */
export const where = /^\d+$/.test(process.env.PORT) ? { port: Number(process.env.PORT), host: '127.0.0.1' } : { path: process.env.PORT };

/** Says where the server listens, once it does. */
export const announce = (server) => {
  const say = () => {
    const at = server.address();
    console.log(`listening on ${typeof at === 'string' ? `unix:${at}` : `${at.address}:${at.port}`}`);
  };
  if (server.listening) say();
  else server.on('listening', say);
};

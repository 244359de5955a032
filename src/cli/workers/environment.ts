/** The environment variable whose presence makes a process a worker. */
export const WORKER = 'SALLYPORT_WORKER';

import { sallyport } from 'sallyport/next';

export const proxy = sallyport({ trust: { secret: process.env.SALLYPORT_SECRET }, https: { '/pay': 'https' } });

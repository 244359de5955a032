import type { Config } from './types.ts';

/**
 * Gives a configuration file its types: `export default defineConfig({ app: 8000 })`. It gives back what it is given;
 * the checks come when Sallyport reads it.
 */
export const defineConfig = (config: Config): Config => config;

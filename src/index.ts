/** What configuration files and programs use. */
export { defineConfig } from './config/define.ts';
export type { Config, RouteConfig, SiteConfig } from './config/types.ts';

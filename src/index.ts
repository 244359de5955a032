/** What configuration files and programs use, and what to put into apps. */
export { defineConfig } from './config/define.ts';
export { settings, SettingsError, type FrameworkName, type FrameworkSettings, type Setting, type SettingsOptions, type SettingsProfile } from './core/settings/index.ts';
export type { Config, RouteConfig, SiteConfig } from './config/types.ts';

#!/usr/bin/env node
// The bin stays plain JavaScript so that a missing build can be said in one clear line.
import { existsSync } from 'node:fs';

// SIGUSR1 opens Node's inspector, through which whoever reaches its port runs code as this process, unless somebody listens
// for it. So somebody does, before anything else is loaded.
process.on('SIGUSR1', () => {});

const main = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(main)) {
  console.error('sallyport: this checkout has not been built yet. Run: npm ci && npm run build');
  process.exit(1);
}
await import(main.href);

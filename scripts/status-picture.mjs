/**
 * Takes docs/status-page.png: the real program (dist/, so build first) before two small apps with some traffic, looked at in
 * Chromium. `node scripts/status-picture.mjs [FILE] [SECONDS of traffic] [light|dark] [WIDTH]`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const [file = join(root, 'docs/status-page.png'), seconds = '100', colorScheme = 'light', width = '1120'] = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), 'sallyport-picture-'));

/** Pages of some size after some time; a login that its app sends to https again and again; now and then an error. */
const app = createServer((asked, answer) => {
  const path = new URL(asked.url, 'http://app').pathname;
  if (path === '/login') { answer.writeHead(301, { location: `https://${asked.headers.host}/login` }).end(); return; }
  if (path === '/missing') { answer.writeHead(404).end('nothing here'); return; }
  if (path === '/error') { answer.writeHead(500).end('no'); return; }
  setTimeout(() => { answer.writeHead(200, { 'content-type': 'text/html' }).end('<p>page</p>'.repeat(1500)); }, 2 + Math.random() * 20);
});
app.listen(0, '127.0.0.1');
await once(app, 'listening');
const { port } = app.address();

writeFileSync(join(dir, 'sallyport.config.json'), JSON.stringify({
  https: '127.0.0.1:0', http: '127.0.0.1:0', admin: '127.0.0.1:0', log: 'json',
  sites: [
    { hosts: ['shop.example', 'www.shop.example'], app: port },
    { hosts: ['blog.example'], app: port },
    { hosts: ['staff.example'], app: [`127.0.0.1:${port}`, '127.0.0.1:9'] },
  ],
}));
const front = spawn(process.execPath, [join(root, 'bin/sallyport.js'), '--config', join(dir, 'sallyport.config.json')], { cwd: dir, env: { PATH: process.env.PATH, HOME: dir, SALLYPORT_DATA_DIR: join(dir, 'data') }, stdio: ['ignore', 'pipe', 'inherit'] });
let browser;
try {
  const ready = await new Promise((resolve, reject) => {
    let said = '';
    front.stdout.on('data', (bytes) => {
      if (said === undefined) return;
      said += bytes;
      const line = said.split('\n').find((one) => one.includes('"event":"ready"') && one.endsWith('}'));
      if (line !== undefined) { said = undefined; resolve(JSON.parse(line)); }
    });
    front.on('exit', (status) => { reject(new Error(`the front ended with ${status}`)); });
  });
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const ask = (host, path, headers = {}) => new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port: new URL(ready.https).port, agent, servername: host, path, headers: { host, ...headers } }, (answer) => { answer.resume().on('end', resolve); });
    asked.on('error', resolve).end();
  });
  let going = true;
  /** Visitors come and go in waves. */
  const visitor = async (host, every, chance) => {
    for (let n = 0; going; n++) {
      const draw = Math.random();
      await ask(host, draw < chance ? ['/missing', '/error', '/login'][n % 3] : '/', draw > 0.97 ? { 'x-forwarded-for': '10.0.0.1', 'x-forwarded-proto': 'https' } : {});
      await pause(every * (1.2 + Math.sin(Date.now() / 9000)));
    }
  };
  const visitors = [
    ...Array.from({ length: 12 }, () => visitor('shop.example', 60, 0.03)), ...Array.from({ length: 4 }, () => visitor('blog.example', 120, 0.02)),
    visitor('staff.example', 500, 0), visitor('elsewhere.example', 3000, 0),
  ];
  await pause(Number(seconds) * 1000);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
  const page = await browser.newPage({ viewport: { width: Number(width), height: 900 }, colorScheme });
  await page.goto(ready.admin);
  await page.waitForSelector('[data-live=yes]');
  await pause(3000); // once more brought up to date by itself
  await page.screenshot({ path: file, fullPage: true });
  going = false;
  await Promise.all(visitors);
} finally {
  await browser?.close();
  front.kill();
  app.close();
  app.closeAllConnections();
  await Promise.race([once(front, 'exit'), pause(5000)]);
  rmSync(dir, { recursive: true, force: true });
}

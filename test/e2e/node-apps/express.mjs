// An Express app with a session that is for https alone.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import session from 'express-session';
import { announce, where } from './settings.mjs';

const app = express();
app.set('trust proxy', 'loopback');

if (process.env.REDIRECT === '1') {
  app.use((req, res, next) => (req.secure ? next() : res.redirect(301, `https://${req.host}${req.originalUrl}`)));
}
app.use(session({ secret: 'for tests alone', resave: false, saveUninitialized: false, cookie: { secure: true } }));

// What the app believes about the request it got.
app.get('/truth', (req, res) => {
  res.json({ secure: req.secure, protocol: req.protocol, host: req.host, hostname: req.hostname, ip: req.ip, ips: req.ips });
});
// Counts the visits of one session.
app.get('/visits', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1;
  res.json({ visits: req.session.visits });
});
app.get('/away', (req, res) => res.redirect(`${req.protocol}://${req.host}/truth`));
app.post('/upload', (req, res) => {
  const digest = createHash('sha256');
  req.on('data', (piece) => digest.update(piece)).on('end', () => res.json({ sha256: digest.digest('hex') }));
});

announce(createServer(app).listen(where));

// sallyport run --scheme /=either -- node examples/express/app.js
import express from 'express';
import { requireHttps, sallyport } from 'sallyport/express';

const app = express();
app.use(sallyport({ https: { '/account/': 'https' } }));

app.get('/', (req, res) => {
  res.json({ secure: req.secure, url: `${req.protocol}://${req.host}${req.originalUrl}`, client: req.ip });
});
app.get('/account/', (req, res) => {
  res.cookie('seen', 'yes', { httpOnly: true, sameSite: 'lax' }).send('Your account, over https alone.\n'); // gets Secure by itself
});
app.get('/pay', requireHttps(), (req, res) => {
  res.send('Paid.\n');
});
app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');

// The demo page. It shows reports of the app, and never says more than they do.
const el = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};
const byId = (id) => document.getElementById(id);
const nameOf = (line) => line.slice(0, line.indexOf(':')).toLowerCase();
const nothing = (value) => value ?? 'nothing';

// ---- the request for this page ---------------------------------------------------------------------------------

function showLines(list, lines, others, { badge, kind }) {
  const left = [...others];
  list.replaceChildren(...lines.map((line) => {
    const at = left.indexOf(line);
    if (at >= 0) {
      left.splice(at, 1);
      return el('li', {}, el('span', {}, line));
    }
    return el('li', { class: kind }, el('span', {}, line), el('span', { class: 'badge' }, badge(line)));
  }));
}

function showReport({ sent, received, told }) {
  byId('truth').replaceChildren(...['scheme', 'host', 'port', 'client'].map((fact) =>
    el('div', {}, el('dt', {}, `The app was told: ${fact}`), el('dd', { id: `told-${fact}` }, nothing(told[fact])))));
  if (told.client !== undefined) byId('where-client').textContent = told.client;
  byId('where-front').textContent = location.host;
  if (sent === undefined) {
    showNotice('You came straight to the app, past the front: it was told nothing, and would believe anything. Open the https address that the demo printed.');
    showLines(byId('sent'), received, received, {});
    showLines(byId('received'), received, received, {});
    return;
  }
  const receivedNames = new Set(received.map(nameOf));
  showLines(byId('sent'), sent, received, { kind: 'gone', badge: (line) => (receivedNames.has(nameOf(line)) ? 'replaced' : 'not passed on') });
  showLines(byId('received'), received, sent, { kind: 'new', badge: () => 'from the front' });
}

function showNotice(text) {
  const notice = byId('notice');
  notice.textContent = text;
  notice.hidden = false;
}

async function getJson(url, options) {
  const answer = await fetch(url, { cache: 'no-store', ...options });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error ?? `${url} was answered ${answer.status}`);
  return body;
}

// ---- what is tried ------------------------------------------------------------------------------------------------

const FORGED = {
  'X-Forwarded-Proto': 'http',
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Port': '80',
  'X-Forwarded-For': '203.0.113.66',
  'X-Forwarded-Ssl': 'off',
  'X-Real-Ip': '203.0.113.66',
  'Forwarded': 'for=203.0.113.66;host=evil.example;proto=http',
  'X_Forwarded_Proto': 'http',
};

/** What is wrong with what the app was told, as far as this page can know it. */
function lies(told) {
  const port = location.port || (location.protocol === 'https:' ? '443' : '80');
  return [
    ['scheme', told.scheme, location.protocol.slice(0, -1)],
    ['host', told.host, location.host],
    ['port', told.port, port],
  ].filter(([, was, is]) => was !== is).map(([fact, was, is]) => `${fact} ${nothing(was)} instead of ${is}`)
    .concat(told.client === undefined || told.client.includes('203.0.113.66') ? [`client ${nothing(told.client)}`] : []);
}

const verdict = (good, text) => el('p', { class: `verdict ${good ? 'good' : 'bad'}` }, `${good ? '✓' : '✗'} ${text}`);

function table(caption, head, rows) {
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, el('table', {},
    el('caption', {}, caption),
    el('thead', {}, el('tr', {}, ...head.map((text) => el('th', { scope: 'col' }, text)))),
    el('tbody', {}, ...rows.map(([first, ...rest]) => el('tr', {}, el('th', { scope: 'row' }, first), ...rest.map((text) => el('td', {}, text)))))));
}

const attempts = {
  async forge() {
    const { sent, received, told } = await getJson('/told', { headers: FORGED });
    const values = (lines, name) => (lines ?? []).filter((line) => nameOf(line) === name.toLowerCase()).map((line) => line.slice(name.length + 1).trim());
    const rows = Object.entries(FORGED).map(([name]) => [name, nothing(values(sent, name)[0]), nothing(values(received, name).join(' and ') || undefined)]);
    const through = Object.entries(FORGED).filter(([name, value]) => values(received, name).includes(value)).map(([name]) => name);
    const wrong = [...lies(told), ...through.map((name) => `${name} reached the app as it was forged`)];
    return [
      wrong.length === 0
        ? verdict(true, `The app was told the truth: ${told.scheme}, ${told.host}, port ${told.port}, client ${told.client}.`)
        : verdict(false, `The app was not told the truth: ${wrong.join('; ')}.`),
      table('What was forged, and what reached the app', ['Header', 'You sent', 'The app got'], rows),
    ];
  },

  async loop() {
    const answer = await fetch('/loop', { redirect: 'manual', cache: 'no-store', headers: { Accept: 'application/json' } });
    if (answer.type === 'opaqueredirect') return [verdict(false, 'The redirect was passed on: a browser would go round in circles here.')];
    const { error } = await answer.json();
    const about = error?.explanation;
    if (answer.status !== 508 || about === undefined) return [verdict(false, `The answer was ${answer.status}, without an explanation.`)];
    return [
      verdict(true, `The front answered ${answer.status}: ${about.title}.`),
      el('p', {}, about.seen),
      el('p', {}, about.why),
      ...about.change.flatMap(({ where, lines, note }) => [
        el('p', {}, `Change in ${where}:`),
        el('pre', {}, lines.join('\n')),
        ...(note === undefined ? [] : [el('p', {}, note)]),
      ]),
      el('p', {}, el('a', { href: '/loop', target: '_blank', rel: 'noopener' }, 'See it as a page')),
    ];
  },

  async socket() {
    const word = byId('word').value;
    const { told, received, echo } = await talk(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/echo`, word);
    const wrong = [...lies(told), ...(echo === word ? [] : [`the echo was ${JSON.stringify(echo)}`])];
    return [
      wrong.length === 0
        ? verdict(true, `“${echo}” came back, and the upgrade request was told ${told.scheme} (never wss), ${told.host}, port ${told.port}.`)
        : verdict(false, `Not as it should be: ${wrong.join('; ')}.`),
      el('p', {}, 'The upgrade request as the app received it:'),
      el('pre', {}, received.join('\n')),
    ];
  },

  async knock() {
    const knocks = await getJson('/knock');
    const good = knocks.length > 0 && knocks.every(({ asked, status, location: to }) => status >= 300 && status < 400 && to === overTls(asked));
    return [
      verdict(good, good ? 'Every plain request was sent to the same URL on https.' : 'Not every plain request was sent to https.'),
      table('What was asked without TLS, and the answer', ['Asked', 'Status', 'Location'], knocks.map(({ asked, status, location: to, error }) => [asked, String(status ?? error), nothing(to)])),
    ];
  },
};

/** The same URL on the https door, which this page came from. */
function overTls(asked) {
  const url = new URL(asked);
  url.protocol = 'https:';
  url.port = location.port;
  return url.href;
}

/** Opens a WebSocket, reads the app's report of the upgrade, says a word and waits for its echo. */
function talk(url, word) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    let report;
    socket.onmessage = ({ data }) => {
      if (report === undefined) {
        report = JSON.parse(data);
        socket.send(word);
      } else {
        socket.onclose = null;
        socket.close(1000);
        resolve({ ...report, echo: data });
      }
    };
    socket.onclose = ({ code }) => reject(new Error(`The WebSocket was closed with code ${code} before the echo came.`));
  });
}

for (const button of document.querySelectorAll('button[data-try]')) {
  const outcome = byId(button.dataset.try);
  button.addEventListener('click', async () => {
    button.disabled = true;
    outcome.replaceChildren();
    try {
      outcome.replaceChildren(...await attempts[button.dataset.try]());
    } catch (error) {
      outcome.replaceChildren(verdict(false, `Nothing came of it: ${error.message}`));
    } finally {
      button.disabled = false;
    }
  });
}

getJson(`/report/${document.body.dataset.request}`).then(showReport, (error) => showNotice(error.message));

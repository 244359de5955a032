/**
 * What was read in their sources: Django 5.2, Gunicorn 26, Uvicorn 0.35, Hypercorn 0.17, Werkzeug 3.2; uWSGI 2.0 was
 * asked with each header.
 */
import { named, type Entry, type Setting } from './setting.ts';

const djangoHeader: Setting = {
  where: 'settings.py (Django)',
  language: 'python',
  lines: ['SECURE_PROXY_SSL_HEADER = ("{meta}", "{value}")'],
  why: 'request.is_secure() and request.scheme are right. SECURE_SSL_REDIRECT then does not loop, the origin check of forms compares with https, and SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE can be True.',
  trap: 'Django compares the whole value, and believes it from whoever can reach the app: let the app listen on loopback or a unix socket only.',
};

const gunicornTrust: Setting = {
  where: 'the command that starts Gunicorn',
  language: 'sh',
  lines: ['gunicorn --forwarded-allow-ips={front} …'],
  why: 'Gunicorn makes wsgi.url_scheme of {header}: {value} by itself, so that every WSGI framework behind it sees https. From 127.0.0.1, ::1 and a unix socket it does so with nothing set.',
  trap: 'Only the addresses in --forwarded-allow-ips are believed (127.0.0.1 and ::1 by default): in another container or machine name the front\'s. On loopback every process of this machine is believed. Where X-Forwarded-Proto, X-Forwarded-Protocol and X-Forwarded-Ssl disagree, Gunicorn answers 400.',
};
const gunicornOwnName: Setting = {
  where: 'gunicorn.conf.py',
  language: 'python',
  lines: ['secure_scheme_headers = {"{HEADER}": "{value}"}', 'forwarded_allow_ips = "{front}"'],
  why: 'Gunicorn makes wsgi.url_scheme of this header, so that every WSGI framework behind it sees https.',
  trap: 'The name is written in capitals, and the value is compared whole. Without this line Gunicorn takes X-Forwarded-Protocol for secure only where its value is "ssl".',
};

const flaskFix: Setting = {
  where: 'where the Flask app is made',
  language: 'python',
  lines: ['from werkzeug.middleware.proxy_fix import ProxyFix', 'app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1)'],
  why: 'request.is_secure, request.url, request.remote_addr and url_for(…, _external=True) are right; SESSION_COOKIE_SECURE can be True.',
  trap: 'ProxyFix believes whoever can reach the app: let the app listen on loopback or a unix socket only. The numbers count proxies: the front writes one value, so 1 stays 1 whatever stands before the front.',
};

const uvicorn: Setting = {
  where: 'the command that starts Uvicorn',
  language: 'sh',
  lines: ['uvicorn --proxy-headers --forwarded-allow-ips={allow} …'],
  why: 'request.url.scheme, request.client and url_for() are right, and so is the redirect that FastAPI sends for a missing slash. From 127.0.0.1 Uvicorn believes with nothing set.',
  trap: 'On a unix socket Uvicorn believes nobody unless --forwarded-allow-ips is "*", which is safe there as far as the socket\'s permissions are; on a port "*" believes everybody. A Gunicorn that runs Uvicorn\'s workers takes its own --forwarded-allow-ips.',
};
const hypercorn: Setting = {
  where: 'the module that Hypercorn loads',
  language: 'python',
  lines: ['from hypercorn.middleware import ProxyFixMiddleware', 'proxied = ProxyFixMiddleware(app, mode="legacy", trusted_hops=1)', '# and start this one: hypercorn main:proxied'],
  why: 'Hypercorn reads no forwarding header by itself; its middleware sets scheme, client and Host from X-Forwarded-Proto, -For and -Host ("legacy" is its word for these).',
  trap: 'It believes whoever can reach the app: let the app listen on loopback or a unix socket only. Take Hypercorn 0.17 or later: before, the middleware wrote a Host that the app could not read.',
};

const uwsgiProtocol: Setting = {
  where: 'the commands that start uWSGI and the front',
  language: 'sh',
  lines: ['uwsgi --socket 127.0.0.1:3031 …', 'sallyport uwsgi://127.0.0.1:3031'],
  why: 'Over the uwsgi protocol the scheme is a variable and no header (UWSGI_SCHEME, HTTPS): wsgi.url_scheme is right with nothing set, whatever profile the front speaks.',
  trap: 'uWSGI as a web server (--http-socket) believes X-Forwarded-Proto and X-Forwarded-SSL from whoever can reach it, and no other name. Whoever reaches the uwsgi socket can say anything: loopback or a unix socket only.',
};

export const django: Entry = { name: 'Django', by: named(djangoHeader), unreadable: { rfc7239: 'it compares a header\'s whole value, and a Forwarded line has more in it than the scheme' } };
export const flask: Entry = {
  name: 'Flask',
  by: { 'standard': [flaskFix], 'legacy': [gunicornOwnName], 'ssl-flag': [gunicornTrust], 'front-end-https': [gunicornOwnName], 'custom': [gunicornOwnName] },
};
export const fastapi: Entry = {
  name: 'FastAPI and other ASGI apps', by: { standard: [uvicorn, hypercorn] },
  unreadable: { rfc7239: 'Uvicorn does not read it; Hypercorn\'s middleware with mode="modern" keeps the quotes that a host with a port has in it' },
};
export const gunicorn: Entry = {
  name: 'Gunicorn',
  by: { 'standard': [gunicornTrust], 'legacy': [gunicornOwnName], 'ssl-flag': [gunicornTrust], 'front-end-https': [gunicornOwnName], 'custom': [gunicornOwnName] },
};
export const uwsgi: Entry = { name: 'uWSGI', by: { ...named(uwsgiProtocol), rfc7239: [uwsgiProtocol] } };

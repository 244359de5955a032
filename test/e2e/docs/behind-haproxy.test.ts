import { followBehind } from '../../helpers/behind.ts';
import { docsPage } from '../../helpers/docs.ts';
import { haproxy } from '../../helpers/outer-proxies.ts';

const page = docsPage('behind-haproxy');
followBehind(page, haproxy, 'stays https');

import { followBehind } from '../../helpers/behind.ts';
import { docsPage } from '../../helpers/docs.ts';
import { nginx } from '../../helpers/outer-proxies.ts';

const page = docsPage('behind-nginx');
followBehind(page, nginx, 'stays https');

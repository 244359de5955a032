import { followBehind } from '../../helpers/behind.ts';
import { docsPage } from '../../helpers/docs.ts';
import { apache } from '../../helpers/outer-proxies.ts';

const page = docsPage('behind-apache');
page.leave('a2enmod', 'writes to /etc/apache2; Apache is started with these modules instead');
followBehind(page, apache, 'becomes http');

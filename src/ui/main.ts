import { useOwnIcons } from './icons';
import { followScheme } from './scheme';
import './mend-app';

useOwnIcons();
followScheme(() => document.documentElement.setAttribute('data-ready', ''));

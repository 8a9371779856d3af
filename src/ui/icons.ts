import { registerIconLibrary } from '@awesome.me/webawesome/dist/webawesome.js';
import sprite from './icons.svg?no-inline';

/**
 * The kit fetches its icons from a network by default; here both of its libraries answer with one sprite of the
 * page's own, so that nothing leaves the page.
 */
export function useOwnIcons(): void {
  const library = { resolver: (name: string) => `${sprite}#${name}`, spriteSheet: true };
  registerIconLibrary('default', library);
  registerIconLibrary('system', library);
}

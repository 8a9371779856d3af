import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js';
import sprite from './icons.svg?no-inline';

/**
 * The kit fetches its icons from a network by default; here both of its libraries answer with one sprite of the
 * page's own, so that nothing leaves the page.
 */
export function useOwnIcons(): void {
  const library = {
    resolver: (name: string) => `${sprite}#${name}`,
    spriteSheet: true,
    // Without a view box the picture would be as wide as a replaced element, and catch its neighbours' clicks.
    mutator: (svg: SVGElement) => svg.setAttribute('viewBox', '0 0 24 24'),
  };
  registerIconLibrary('default', library);
  registerIconLibrary('system', library);
}

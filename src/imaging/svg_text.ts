/** The pieces that every drawing of plots is made of, as SVG text. */

const FONT = 'font-family="system-ui, sans-serif" font-size="12" fill="#222"';

/** Colours that stay apart for colour-blind readers. */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];

export const label = (x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end'): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" ${FONT}>${escaped(words)}</text>`;

/** A drawing with its title on white. */
export function svgDocument(width: number, height: number, title: string, parts: readonly string[]): string {
  const heading = `<text x="12" y="22" ${FONT} font-weight="600">${escaped(title)}</text>`;
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escaped(title)}">\n<rect width="100%" height="100%" fill="#fff"/>\n${heading}\n${parts.join('\n')}\n</svg>\n`;
}

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** A growth report as a drawing: time over pixels, both in powers of two, the fitted line and 15 % around it. */
import { COLOURS, label, svgDocument } from '../imaging/svg_text';
import { type Growth, growthOf, growthSeries } from './growth';
import type { BenchReport, BenchRow } from './suite';

/** What a series may be off its line. */
const ALLOWED = 0.15;
const PANEL = { left: 70, top: 62, width: 330, height: 250, gap: 120 };

/** @param rows of one report */
export function growthFigure({ adapter, date, rows }: Pick<BenchReport, 'adapter' | 'date' | 'rows'>): string {
  const panels = growthSeries(rows).map((series, i) => panel(series, PANEL.left + i * (PANEL.width + PANEL.gap)));
  const width = PANEL.left + panels.length * (PANEL.width + PANEL.gap) - PANEL.gap + 30;
  const title = `Time over pixels, ${adapter}, ${date}; in grey the fitted line and ${100 * ALLOWED} % around it`;
  return svgDocument(Math.max(width, 640), PANEL.top + PANEL.height + 66, title, panels.flat());
}

function panel(series: readonly BenchRow[], left: number): string[] {
  const growth = growthOf(series);
  const pixels = series.map((row) => row.pixels ?? 1);
  const line = (count: number): number => growth.fixed + (growth.perMegapixel * count) / 1e6;
  const [x, y] = [scale(pixels), scale(growth.points.flatMap((point, i) => [point.milliseconds, line(pixels[i])]))];
  const across = (count: number): number => left + x(count) * PANEL.width;
  const down = (ms: number): number => PANEL.top + (1 - y(ms)) * PANEL.height;
  const at = (count: number, ms: number): string => `${across(count).toFixed(1)},${down(ms).toFixed(1)}`;
  const [least, most] = [Math.min(...pixels), Math.max(...pixels)];
  const along = Array.from({ length: 33 }, (_, i) => least * (most / least) ** (i / 32));
  const upper = along.map((count) => at(count, line(count) * (1 + ALLOWED)));
  const lower = along.map((count) => at(count, line(count) * (1 - ALLOWED))).reverse();
  const below = PANEL.top + PANEL.height;
  return [
    `<polygon points="${[...upper, ...lower].join(' ')}" fill="#ddd"/>`,
    `<polyline points="${along.map((count) => at(count, line(count))).join(' ')}" fill="none" stroke="#888"/>`,
    `<path d="M${left} ${PANEL.top}V${below}H${left + PANEL.width}" fill="none" stroke="#444"/>`,
    ...growth.points.flatMap(({ row, milliseconds, off }) => {
      const [px, py] = [across(row.pixels ?? 1), down(milliseconds)];
      return [
        `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="4" fill="${COLOURS[0]}"/>`,
        label(px + 8, py + 14, percent(off), 'start'),
        label(px, below + 16, row.name.split(', ').at(-1) ?? '', 'middle'),
        label(left - 6, py + 4, seconds(milliseconds), 'end'),
      ];
    }),
    label(left, PANEL.top - 12, (series[0].name.split(', ')[0] ?? '').replace(/^train/, 'training step,'), 'start'),
    label(left, below + 40, summary(growth), 'start'),
  ];
}

/** 0…1 over the logarithms of what is to be shown, with some room at both ends. */
function scale(values: readonly number[]): (value: number) => number {
  const [low, high] = [Math.log2(Math.min(...values)) - 0.4, Math.log2(Math.max(...values)) + 0.4];
  return (value) => (Math.log2(value) - low) / (high - low);
}

const percent = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(0)} %`;
const seconds = (ms: number): string => (ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`);

const summary = ({ fixed, perMegapixel, worst }: Growth): string =>
  `${fixed.toFixed(1)} ms and ${perMegapixel.toFixed(0)} ms a megapixel; at most ${(100 * worst).toFixed(0)} % off`;

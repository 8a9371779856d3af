/** Small plots as SVG text: box plots, curves, and sheets of pictures. */
import { COLOURS, label, svgDocument } from '../../imaging/svg_text';

interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  low: number;
  high: number;
}

export interface Box {
  /** On the horizontal axis. */
  group: string;
  /** In the legend. */
  series: string;
  values: number[];
}

/** Box plots: quartiles, median, whiskers to the furthest value within 1.5 interquartile ranges. */
export function boxPlot(title: string, unit: string, boxes: Box[]): string {
  const groups = [...new Set(boxes.map((box) => box.group))];
  const series = [...new Set(boxes.map((box) => box.series))];
  const all = boxes.flatMap((box) => box.values);
  const frame = framed(all, Math.max(260, groups.length * series.length * 34));
  const slot = frame.width / groups.length;
  const thick = Math.min(22, (slot - 16) / series.length);
  const marks = boxes.map(({ group, series: name, values }) => {
    const s = series.indexOf(name);
    const x = frame.left + slot * (groups.indexOf(group) + 0.5) + (s - (series.length - 1) / 2) * (thick + 4);
    const sorted = [...values].sort((a, b) => a - b);
    const [q1, q2, q3] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
    const reach = 1.5 * (q3 - q1);
    const least = sorted.find((v) => v >= q1 - reach) ?? q1;
    const most = sorted.findLast((v) => v <= q3 + reach) ?? q3;
    const y = (value: number) => at(frame, value).toFixed(1);
    const colour = COLOURS[s % COLOURS.length];
    return (
      `<line x1="${x}" x2="${x}" y1="${y(least)}" y2="${y(most)}" stroke="${colour}"/>` +
      `<rect x="${x - thick / 2}" y="${y(q3)}" width="${thick}" height="${(at(frame, q1) - at(frame, q3)).toFixed(1)}" fill="${colour}" fill-opacity="0.3" stroke="${colour}"/>` +
      `<line x1="${x - thick / 2}" x2="${x + thick / 2}" y1="${y(q2)}" y2="${y(q2)}" stroke="${colour}" stroke-width="2"/>`
    );
  });
  const labels = groups.map((group, g) =>
    label(frame.left + slot * (g + 0.5), frame.top + frame.height + 18, group, 'middle'),
  );
  return plot(title, frame, [axis(frame, unit), ...marks, ...labels, legend(frame, series)]);
}

export interface Line {
  series: string;
  x: number[];
  y: number[];
  /** A dashed level in the same colour. */
  dashed?: number;
}

export function linePlot(title: string, unit: string, xUnit: string, lines: Line[]): string {
  const frame = framed(
    lines.flatMap(({ y, dashed }) => (dashed === undefined ? y : [...y, dashed])),
    420,
  );
  const right = Math.max(1, ...lines.flatMap(({ x }) => x));
  const marks = lines.map(({ x, y, dashed }, s) => {
    const colour = COLOURS[s % COLOURS.length];
    const points = x.map(
      (v, i) => `${(frame.left + (v / right) * frame.width).toFixed(1)},${at(frame, y[i]).toFixed(1)}`,
    );
    const level = dashed === undefined ? '' : at(frame, dashed).toFixed(1);
    const dash = `<line x1="${frame.left}" x2="${frame.left + frame.width}" y1="${level}" y2="${level}" stroke="${colour}" stroke-dasharray="5 4"/>`;
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${level && dash}`;
  });
  const below = frame.top + frame.height + 18;
  const ends = [
    label(frame.left, below, '0', 'middle'),
    label(frame.left + frame.width, below, String(right), 'middle'),
    label(frame.left + frame.width / 2, below, xUnit, 'middle'),
  ];
  return plot(title, frame, [
    axis(frame, unit),
    ...marks,
    ...ends,
    legend(
      frame,
      lines.map((line) => line.series),
    ),
  ]);
}

export interface Sheet {
  columns: string[];
  rows: { name: string /** Base64 PNG, or undefined for an empty place. */; cells: (string | undefined)[] }[];
}

/** A grid of pictures with names. */
export function pictureSheet(title: string, { columns, rows }: Sheet): string {
  const side = 128;
  const heads = columns.map((name) => brokenLines(name, 20));
  const LINE = 16;
  const [left, gap] = [150, 6];
  const top = 36 + LINE * Math.max(1, ...heads.map((lines) => lines.length));
  const width = left + columns.length * (side + gap) + 10;
  const height = top + rows.length * (side + gap) + 10;
  const headings = heads.flatMap((lines, c) =>
    lines.map((line, l) =>
      label(left + c * (side + gap) + side / 2, top - 8 - LINE * (lines.length - 1 - l), line, 'middle'),
    ),
  );
  const body = rows.flatMap(({ name, cells }, r) => {
    const y = top + r * (side + gap);
    const images = cells.map((png, c) =>
      png === undefined
        ? ''
        : `<image x="${left + c * (side + gap)}" y="${y}" width="${side}" height="${side}" href="data:image/png;base64,${png}"/>`,
    );
    return [label(left - 8, y + side / 2, name, 'end'), ...images];
  });
  return svgDocument(width, height, title, [...headings, ...body]);
}

/** Words put together to lines of at most so many characters; a longer word has a line of its own. */
function brokenLines(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function framed(values: number[], width: number): Frame {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.5, 0.06 * (most - least));
  return { left: 56, top: 60, width, height: 260, low: least - room, high: most + room };
}

const at = ({ top, height, low, high }: Frame, value: number): number =>
  top + height - ((value - low) / (high - low)) * height;

function axis(frame: Frame, unit: string): string {
  const step = [0.5, 1, 2, 5, 10].find((s) => (frame.high - frame.low) / s <= 8) ?? 20;
  const ticks: string[] = [];
  for (let value = Math.ceil(frame.low / step) * step; value <= frame.high; value += step) {
    const y = at(frame, value).toFixed(1);
    ticks.push(`<line x1="${frame.left}" x2="${frame.left + frame.width}" y1="${y}" y2="${y}" stroke="#ddd"/>`);
    ticks.push(label(frame.left - 6, Number(y) + 4, String(Number(value.toFixed(1))), 'end'));
  }
  return `${ticks.join('')}${label(frame.left - 6, frame.top - 10, unit, 'end')}`;
}

function legend(frame: Frame, names: string[]): string {
  return names
    .map((name, s) => {
      const x = frame.left + frame.width + 20;
      const y = frame.top + 10 + s * 20;
      return `<rect x="${x}" y="${y - 9}" width="12" height="12" fill="${COLOURS[s % COLOURS.length]}"/>${label(x + 18, y + 2, name, 'start')}`;
    })
    .join('');
}

const plot = (title: string, { left, top, width, height }: Frame, parts: string[]): string =>
  svgDocument(left + width + 230, top + height + 34, title, parts);

function quantile(sorted: number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

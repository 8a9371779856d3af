/** Numbers, times and sizes as the page words them. */
import type { ImageSize } from '../imaging/image';

/** `12.3 MB`: three figures, decimal units. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `2 h 05 min`, `3 min 20 s`, `8 s`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.round(seconds));
  const pad = (n: number) => String(n).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** `0.3 s` below ten seconds, as `formatDuration` above: for what has been measured. */
export function formatSeconds(seconds: number): string {
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : formatDuration(seconds);
}

/** `128 × 96 px, 45 planes, 2 channels`. */
export function formatSize({ t, z, c, y, x }: ImageSize): string {
  const parts = [`${x} × ${y} px`];
  if (z > 1) parts.push(plural(z, 'plane'));
  if (c > 1) parts.push(plural(c, 'channel'));
  if (t > 1) parts.push(plural(t, 'time point'));
  return parts.join(', ');
}

/** `11.4 M`, `2.4 G`, `812`. */
export function formatCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toPrecision(3)} G`;
  if (count >= 1e6) return `${(count / 1e6).toPrecision(3)} M`;
  if (count >= 1e4) return `${(count / 1e3).toPrecision(3)} k`;
  return String(count);
}

/** A sample or a loss: four figures, without an exponent where that is readable. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return value.toPrecision(4);
}

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function formatAgo(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.floor(hours / 24)} days ago`;
}

/** `1 pair`, `3 pairs`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

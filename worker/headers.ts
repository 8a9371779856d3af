import type { MiddlewareHandler } from 'hono';
import type { Edge } from './environment';

/**
 * Web Awesome's components write style attributes, hence style-src-attr. Scripts come from this site only; the
 * training thread is a module worker, and a worker made from a blob would need worker-src blob:.
 */
export function pagePolicy(turnstile: boolean): string {
  const challenges = turnstile ? ' https://challenges.cloudflare.com' : '';
  return [
    "default-src 'none'",
    `script-src 'self'${challenges}`,
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self' blob: data:",
    "worker-src 'self'",
    "manifest-src 'self'",
    ...(turnstile ? [`frame-src${challenges}`] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** What search engines may list; no share link is among it. */
const INDEXED = new Set(['/', '/gallery', '/docs', '/privacy']);

const API_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** On every reply of the worker; a handler that set one of them before keeps its own. */
export const secureHeaders: MiddlewareHandler<Edge> = async (c, next) => {
  await next();
  const isPage = c.res.headers.get('content-type')?.startsWith('text/html') ?? false;
  const turnstile = Boolean(c.env.TURNSTILE_SITE_KEY);
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    'cross-origin-resource-policy': c.env.CORS_ORIGINS ? 'cross-origin' : 'same-origin',
    'content-security-policy': isPage ? pagePolicy(turnstile) : API_POLICY,
    ...(INDEXED.has(c.req.path) ? {} : { 'x-robots-tag': 'noindex' }),
    ...(new URL(c.req.url).protocol === 'https:' ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    // The challenge's frame does not carry the embedder policy, so a page with Turnstile cannot be isolated.
    ...(isPage ? { 'cross-origin-opener-policy': 'same-origin' } : {}),
    ...(isPage && !turnstile ? { 'cross-origin-embedder-policy': 'require-corp' } : {}),
  };
  const response = new Response(c.res.body, c.res);
  for (const [name, value] of Object.entries(headers)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  c.res = response;
};

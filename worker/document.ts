import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** A page the worker writes itself: no script, and its style from /document.css, so that the strict policy holds. */
export function document(title: string, body: HtmlEscapedString | Promise<HtmlEscapedString>) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} – mendscope</title>
        <link rel="stylesheet" href="/document.css" />
        <link rel="icon" href="/icon.svg" />
      </head>
      <body>
        <nav><a href="/">mendscope</a> <a href="/gallery">Gallery</a> <a href="/docs">API</a> <a href="/privacy">Privacy</a></nav>
        <main>${body}</main>
      </body>
    </html>`;
}

export const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 0 auto; padding: 1rem; }
body { color: #1b1f24; background: #fff; }
a { color: #0a58ca; }
nav a { margin-right: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { overflow-x: auto; background: #f3f5f7; padding: 0.75rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #d5dae0; vertical-align: top; }
dt { font-weight: 600; }
dd { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
.description { white-space: pre-line; }
.gallery { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1.5rem; }
.gallery img { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: cover; }
section { border-top: 1px solid #d5dae0; }
h3 { margin-bottom: 0; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e9ec; background: #16191d; }
  a { color: #7fb2ff; }
  pre { background: #22272e; }
}
`;

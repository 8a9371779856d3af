import { Hono } from 'hono';
import { html } from 'hono/html';
import { document, STYLE } from './document';
import type { Edge } from './environment';

export const privacy = new Hono<Edge>()
  .get('/document.css', (c) =>
    c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600' }),
  )
  .get('/privacy', (c) =>
    c.html(
      document(
        'Privacy',
        html`<h1>Privacy</h1>
          <p>
            Images are opened, models are trained and images are restored on your own machine. Nothing leaves it until
            you press Share, and then only what you chose to share.
          </p>
          <h2>What is stored</h2>
          <ul>
            <li>The files you share, their names, title and description, and when. There are no accounts.</li>
            <li>Of an edit token only its SHA-256: nobody, not even the operator, can read the token back.</li>
            <li>
              To keep daily quotas: how many bytes were sent today, under a keyed hash of the network address. The key is
              random, made each day, and deleted after that day together with the counts. The address itself is not
              stored by this program.
            </li>
          </ul>
          <h2>What is not</h2>
          <ul>
            <li>No cookie, no analytics, no request to any other site${turnstileNote(c.env.TURNSTILE_SITE_KEY)}.</li>
            <li>
              The log has a line for a request: time, route, status, duration and size; no network address, id, title or
              token. The network provider in front of a store keeps its own logs, which this program does not control.
            </li>
          </ul>
          <h2>Who can see what you share</h2>
          <p>
            Whoever has the link. It holds 128 random bits, so it cannot be guessed, and search engines are told to leave
            it out. It appears in the public gallery only if you list it. Whoever has a file itself can ask whether the
            store holds the same bytes.
          </p>
          <h2>How it ends</h2>
          <p>
            With the edit link you can delete at any time: links answer “nothing here” at once, and bytes that nothing
            else names are erased within about ${c.env.ORPHAN_HOURS + 1} hours of their last upload. If you set an expiry,
            the bytes go a day after it. An upload that is never published goes after ${c.env.ORPHAN_HOURS} hours. Copies
            in the browsers of those who opened a link, and in backups of the operator, are not reached by this.
          </p>
          <h2>Who runs this store</h2>
          <p>${c.env.OPERATOR_CONTACT || 'Whoever started it on this machine.'}</p>`,
      ),
    ),
  );

const turnstileNote = (siteKey: string | undefined): string =>
  siteKey ? ', except Cloudflare Turnstile, which checks on sharing that you are no robot' : '';

import { css } from 'lit';

/** Every element's ground: type, spacing and the few shapes that all pages share. */
export const shared = css`
  :host {
    display: block;
    box-sizing: border-box;
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  *,
  *::before,
  *::after {
    box-sizing: inherit;
  }

  h1,
  h2,
  h3,
  h4,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }

  ul,
  ol {
    list-style: none;
  }

  h1 {
    font-size: 1.625rem;
    line-height: 2rem;
    font-weight: 600;
    letter-spacing: -0.018em;
  }

  h2 {
    font-size: 1rem;
    line-height: 1.5rem;
    font-weight: 600;
    letter-spacing: -0.006em;
  }

  h3,
  .minor {
    font-size: 0.8125rem;
    line-height: 1.25rem;
    font-weight: 600;
  }

  a {
    color: var(--wa-color-text-link);
    text-underline-offset: 0.2em;
  }

  a:focus-visible,
  button:focus-visible,
  [tabindex]:focus-visible,
  canvas:focus-visible {
    outline: var(--wa-focus-ring);
    outline-offset: 2px;
  }

  .quiet {
    color: var(--wa-color-text-quiet);
  }

  .small {
    font-size: 0.8125rem;
    line-height: 1.25rem;
  }

  .eyebrow {
    font-size: 0.75rem;
    line-height: 1rem;
    font-weight: 600;
    color: var(--wa-color-text-quiet);
  }

  .numbers {
    font-variant-numeric: tabular-nums;
  }

  code,
  .code {
    font-family: var(--wa-font-family-code);
    font-size: 0.92em;
  }

  .card {
    background: var(--wa-color-surface-raised);
    border: 1px solid var(--wa-color-surface-border);
    border-radius: 10px;
    padding: 24px;
  }

  .row {
    display: flex;
    align-items: center;
    gap: 8px;
    flex-wrap: wrap;
  }

  .spread {
    justify-content: space-between;
  }

  .stack {
    display: flex;
    flex-direction: column;
    gap: 16px;
  }

  .lead {
    max-width: 96ch;
    text-wrap: pretty;
    color: var(--wa-color-text-quiet);
  }

  .page-head {
    display: flex;
    flex-direction: column;
    gap: 4px;
    margin-bottom: 24px;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.875rem;
    line-height: 1.25rem;
  }

  th {
    text-align: start;
    font-weight: 600;
    font-size: 0.75rem;
    color: var(--wa-color-text-quiet);
    padding: 8px;
    border-bottom: 1px solid var(--wa-color-surface-border);
  }

  td {
    padding: 8px;
    border-bottom: 1px solid var(--wa-color-surface-border);
    vertical-align: middle;
  }

  tr:last-child td {
    border-bottom: none;
  }

  /* Number fields without steppers keep the steppers' room otherwise. */
  wa-number-input {
    min-width: 0;
  }

  wa-number-input::part(start),
  wa-number-input::part(end) {
    display: none;
  }

  wa-number-input::part(input) {
    width: 100%;
    text-align: start;
    padding-inline: 12px;
  }

  wa-details::part(header) {
    padding: 8px 12px;
    font-size: 0.875rem;
    font-weight: 500;
  }

  wa-details::part(content) {
    padding: 8px 12px 12px;
  }

  wa-button wa-icon {
    font-size: 1.125em;
  }

  kbd {
    display: inline-block;
    min-width: 1.5rem;
    padding: 1px 6px;
    text-align: center;
    font: 500 0.75rem / 1.25rem var(--wa-font-family-code);
    color: var(--wa-color-text-normal);
    background: var(--wa-color-surface-lowered);
    border: 1px solid var(--wa-color-surface-border);
    border-bottom-width: 2px;
    border-radius: 4px;
  }
`;

import { css } from 'lit';

/** What the cards of the Share page have in common. */
export const shareStyles = css`
  .upload-list {
    display: grid;
    grid-template-columns: auto 1fr auto;
    gap: 8px 12px;
    align-items: center;
    font-size: 0.875rem;
    line-height: 1.25rem;
    padding: 16px;
    border-radius: 8px;
    background: var(--wa-color-surface-lowered);
  }

  .upload-list wa-icon {
    font-size: 1rem;
  }

  .yes {
    color: var(--wa-color-brand-on-quiet);
  }

  .no {
    color: var(--wa-color-text-quiet);
  }

  .size {
    text-align: end;
  }

  .sending {
    flex-wrap: nowrap;
  }

  .sending wa-progress-bar {
    flex: 1;
    min-width: 64px;
  }

  .empty {
    display: grid;
    justify-items: start;
    gap: 16px;
  }

  @media (max-width: 720px) {
    .card {
      padding: 16px;
    }
  }
`;

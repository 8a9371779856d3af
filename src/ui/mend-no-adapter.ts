import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Complaint } from '../training/messages';
import { shared } from './shared_styles';

/** Stands where training or restoring would: this browser offers no adapter, and what can be done. Emits `retry`. */
@customElement('mend-no-adapter')
export class MendNoAdapter extends LitElement {
  @property({ attribute: false }) error: Complaint | undefined;

  static override styles = [
    shared,
    css`
      .card {
        max-width: 800px;
        margin: 32px auto;
        padding: 32px;
      }

      .head {
        display: flex;
        align-items: center;
        gap: 16px;
      }

      .head wa-icon {
        font-size: 2rem;
        color: var(--wa-color-danger-on-quiet);
      }

      th {
        width: 10rem;
        color: var(--wa-color-text-normal);
        font-size: 0.875rem;
        vertical-align: top;
        font-weight: 600;
      }

      tr:last-child th {
        border-bottom: none;
      }
    `,
  ];

  protected override render() {
    return html`
      <section class="card stack" data-testid="no-adapter" role="alert">
        <div class="head">
          <wa-icon name="chip"></wa-icon>
          <div>
            <h2>No graphics adapter answers in this browser</h2>
            <p class="quiet">
              Networks run on WebGPU here, and nothing takes its place in silence. ${
                this.error ? `The browser’s answer: ${this.error.got}.` : ''
              }
            </p>
          </div>
        </div>
        <table>
          <tbody>
            <tr>
              <th scope="row">Chrome, Edge</th>
              <td>
                Version 113 or later. Open <code>chrome://gpu</code>: WebGPU should read “Hardware accelerated”. If not, turn
                on “Use graphics acceleration when available” in the settings, update the graphics driver and restart.
              </td>
            </tr>
            <tr>
              <th scope="row">Chrome on Linux</th>
              <td>
                Start it with <code>--enable-unsafe-webgpu --enable-features=Vulkan</code>. Without a graphics card the same
                flag gives a software adapter, right but slow.
              </td>
            </tr>
            <tr>
              <th scope="row">Safari</th>
              <td>Version 26 or later, on macOS 26, iOS 26 or later.</td>
            </tr>
            <tr>
              <th scope="row">Firefox</th>
              <td>
                Version 141 or later on Windows, 145 on macOS with Apple silicon; elsewhere set
                <code>dom.webgpu.enabled</code> in <code>about:config</code>.
              </td>
            </tr>
            <tr>
              <th scope="row">Remote desktops</th>
              <td>A remote session often hides the graphics card. Open the page on the machine itself.</td>
            </tr>
          </tbody>
        </table>
        <div class="row">
          <wa-button variant="brand" data-testid="retry-adapter" @click=${() => this.dispatchEvent(new CustomEvent('retry'))}>
            <wa-icon slot="start" name="refresh"></wa-icon>Ask again
          </wa-button>
          <span class="small quiet">Your images and settings stay as they are.</span>
        </div>
      </section>
    `;
  }
}

// What vitest.worker.config.ts binds beside wrangler.toml's own bindings.
declare namespace Cloudflare {
  interface Env {
    MIGRATIONS: import('cloudflare:test').D1Migration[];
  }
}

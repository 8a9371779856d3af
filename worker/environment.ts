/** What wrangler.toml binds. Secrets are optional: what needs one is off without it. */
export interface Bindings {
  ASSETS: Fetcher;
  BLOBS: R2Bucket;
  DB: D1Database;

  RATE_READ: RateLimit;
  RATE_UPLOAD: RateLimit;
  RATE_PUBLISH: RateLimit;
  RATE_EDIT: RateLimit;

  /** Bytes one sender may upload in a day, and publications. */
  SENDER_BYTES_PER_DAY: number;
  SENDER_ITEMS_PER_DAY: number;
  /** Bytes everybody together may upload in a day: the operator's purse. */
  ALL_BYTES_PER_DAY: number;
  /** What one collection (one holder of an edit token) may hold. */
  COLLECTION_BYTES: number;
  COLLECTION_VERSIONS: number;
  /** Hours an upload may wait for the publication that names it. */
  ORPHAN_HOURS: number;
  /** '*', or origins separated by spaces whose pages may call the API; empty: this site only. */
  CORS_ORIGINS: string;
  /** How to reach whoever runs this store; shown on the privacy page. */
  OPERATOR_CONTACT: string;
  /** 'yes' writes one JSON line a request. */
  LOG_REQUESTS: string;
  /** Named by the health endpoint: local, preview or production. */
  ENVIRONMENT: string;

  /** Public key of the Turnstile widget. */
  TURNSTILE_SITE_KEY?: string;
  /** Secret: uploads and publications then need a solved challenge. */
  TURNSTILE_SECRET?: string;
  /** Secret: opens the take-down route. */
  OPERATOR_TOKEN?: string;
}

/** Hono's environment for every route. */
export interface Edge {
  Bindings: Bindings;
  Variables: { requestId: string };
}

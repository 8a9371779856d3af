import { app } from './app';
import type { Bindings } from './environment';
import { sweep } from './sweep';

export default {
  fetch: app.fetch,
  scheduled: (_controller, env) => sweep(env),
} satisfies ExportedHandler<Bindings>;

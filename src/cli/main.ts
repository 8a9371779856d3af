/** Where the process begins; what it does is `main` of program.ts, which tests call. */
import { main } from './program';

// Dawn keeps threads alive after the last job, so the process ends itself once both streams are written out.
const code = await main(
  process.argv.slice(2),
  (text) => process.stdout.write(text),
  (text) => process.stderr.write(text),
);
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));

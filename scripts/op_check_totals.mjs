// Totals of the op checks that the latest `npm test` left in .cache/op_checks: node scripts/op_check_totals.mjs
import { readdirSync, readFileSync } from 'node:fs';

const folder = '.cache/op_checks';
const total = { cases: 0, first: 0, second: 0, largest: { value: 0, first: 0, second: 0 } };
for (const file of readdirSync(folder)) {
  const tally = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
  for (const key of ['cases', 'first', 'second']) total[key] += tally[key];
  for (const kind of ['value', 'first', 'second'])
    total.largest[kind] = Math.max(total.largest[kind], tally.largest[kind]);
}
console.log(JSON.stringify(total));

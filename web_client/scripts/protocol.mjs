// Writes src/protocol.gen.ts from protocol.schema.json; with --check says whether it is current.
import { readFileSync, writeFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';

const source = new URL('../protocol.schema.json', import.meta.url);
const target = new URL('../src/protocol.gen.ts', import.meta.url);
const banner = '// Generated from protocol.schema.json by `npm run protocol`; not edited by hand.\n';

const schema = JSON.parse(readFileSync(source, 'utf-8'), withoutTitles);
const root = {
  title: 'Protocol',
  type: 'object',
  additionalProperties: false,
  required: ['Ask', 'Answer', 'Tell'],
  properties: Object.fromEntries(
    ['Ask', 'Answer', 'Tell'].map((name) => [name, { $ref: `#/$defs/${name}` }]),
  ),
  $defs: schema.$defs,
};
const generated = await compile(root, 'Protocol', {
  bannerComment: banner,
  format: true,
  style: { singleQuote: true, printWidth: 100 },
});

if (!process.argv.includes('--check')) {
  writeFileSync(target, generated);
} else if (readFileSync(target, 'utf-8') !== generated) {
  console.error('src/protocol.gen.ts is stale: run `npm run protocol`');
  process.exit(1);
}

/** Types take the name of their definition; a title would give every use a name of its own. */
function withoutTitles(key, value) {
  return key === 'title' && typeof value === 'string' ? undefined : value;
}

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import zh from '@/i18n/zh-CN';

const schema = JSON.parse(readFileSync('protocol.schema.json', 'utf-8')) as {
  $defs: Record<string, { enum?: string[] }>;
};
const valuesOf = (name: string): string[] => schema.$defs[name]?.enum ?? [];

it.each([
  ['Code', zh.error],
  ['Role', zh.role],
  ['Phase', zh.phase],
  ['Presence', zh.presence],
  ['Departure', zh.cause],
  ['Device', zh.device],
  ['Source', zh.source],
])('has a word for every %s of the protocol', (name, words) => {
  expect(valuesOf(name).length).toBeGreaterThan(0);
  for (const value of valuesOf(name)) expect(words, value).toHaveProperty(value);
});

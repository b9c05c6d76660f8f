import { expect, it } from 'vitest';
import en from '@/i18n/en';
import zh from '@/i18n/zh-CN';

type Messages = { [key: string]: string | Messages };

function flatten(messages: Messages, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(messages).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value]] : Object.entries(flatten(value, `${prefix}${key}.`)),
    ),
  );
}

const chinese = flatten(zh);
const english = flatten(en);
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

it('says everything in both languages', () => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort());
});

it('leaves no text empty and fills the same gaps', () => {
  for (const [key, text] of Object.entries(chinese)) {
    expect(text, key).not.toBe('');
    expect(english[key], key).not.toBe('');
    expect(placeholders(english[key] ?? ''), key).toEqual(placeholders(text));
  }
});

it('uses no character that vue-i18n reads as syntax', () => {
  for (const [key, text] of [...Object.entries(chinese), ...Object.entries(english)]) {
    expect(text, key).not.toMatch(/[@|]/);
  }
});

import type { ModelWarning } from '@overseer/core/spec';
import { expect, it } from 'vitest';
import { isText, isUrl, leftOut } from './file-text.ts';

it('M10: a file that is left out is named in its place and in the warning', () => {
  const warnings: ModelWarning[] = [];
  const why = (file: string): string => `${file} is a sound`;
  const named = leftOut(
    { type: 'file', mediaType: 'audio/wav', data: 'AA==', name: 'a.wav' },
    why,
    warnings,
  );
  const nameless = leftOut({ type: 'file', mediaType: 'audio/wav', data: 'AA==' }, why, warnings);
  expect([named, nameless]).toEqual([
    '[A file was left out: a.wav (audio/wav)]',
    '[A file was left out: file (audio/wav)]',
  ]);
  expect(warnings).toEqual([
    { kind: 'unsupported', what: 'file', detail: 'a.wav (audio/wav) is a sound' },
    { kind: 'unsupported', what: 'file', detail: 'file (audio/wav) is a sound' },
  ]);
});

it('M10: bytes are no address, whatever they begin with', () => {
  expect(['http://a', 'https://a/b', 'aHR0cHM6Ly9h', 'httpsAAAA'].map(isUrl)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it('M9: text is known by its type, whatever it is called', () => {
  const is = (mediaType: string, data = 'e30='): boolean =>
    isText({ type: 'file', mediaType, data });
  const texts = ['text/csv', 'application/json', 'application/ld+json', 'application/x-yaml'];
  const more = ['application/json; charset=utf-8', 'application/JSON', 'application/toml'];
  expect([...texts, ...more].filter((type) => !is(type))).toEqual([]);
  const office = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  expect([office, 'application/pdf', 'image/png', 'audio/wav'].filter((type) => is(type))).toEqual(
    [],
  );
  expect(is('text/csv', 'https://a.example/b.csv')).toBe(false);
});

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Random } from '../harness/random.ts';

/** Texts of one kind, each of about the same length. */
export interface TextKind {
  readonly name: string;
  readonly texts: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Long enough that single words do not count. */
const LENGTH = 2_000;

/** Messages of the TypeScript compiler in its own translations. */
const COMPILER: Readonly<Record<string, string>> = {
  Czech: 'cs',
  German: 'de',
  Spanish: 'es',
  French: 'fr',
  Italian: 'it',
  Polish: 'pl',
  Portuguese: 'pt-br',
  Russian: 'ru',
  Turkish: 'tr',
  Japanese: 'ja',
  Korean: 'ko',
  'Chinese, simplified': 'zh-cn',
  'Chinese, traditional': 'zh-tw',
};

/** Names of countries, languages and currencies in languages that the compiler does not speak. */
const NAMED: Readonly<Record<string, string>> = {
  Arabic: 'ar',
  Hebrew: 'he',
  Persian: 'fa',
  Greek: 'el',
  Ukrainian: 'uk',
  Vietnamese: 'vi',
  Hindi: 'hi',
  Bengali: 'bn',
  Tamil: 'ta',
  Thai: 'th',
  Georgian: 'ka',
};

/** Real texts of many kinds and languages, all of what is installed with this repository; which pieces of them, `random` says. */
export function realTexts(random: Random, samples: number): readonly TextKind[] {
  const of = (name: string, pool: string): TextKind => ({
    name,
    texts: Array.from({ length: samples }, () => {
      const from = Math.floor(random() * Math.max(1, pool.length - LENGTH));
      return pool.slice(from, from + LENGTH);
    }),
  });
  return [
    of('English prose', filesIn('docs', /\.md$/, proseOf)),
    of('Markdown', filesIn('docs', /\.md$/)),
    of('TypeScript', filesIn('packages/core/src/run', /(?<!\.test)\.ts$/)),
    of('JavaScript', filesIn('node_modules/zod/v4/core', /\.js$/)),
    of('JSON', textOf('package-lock.json').slice(0, 400_000)),
    of('JSON, compact', JSON.stringify(JSON.parse(textOf('packages/adapters/package.json')))),
    ...Object.entries(COMPILER).map(([name, code]) => of(name, messagesOf(code))),
    ...Object.entries(NAMED).map(([name, code]) => of(name, namesOf(code))),
  ];
}

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function filesIn(
  folder: string,
  wanted: RegExp,
  read: (text: string) => string = (text) => text,
): string {
  return readdirSync(join(ROOT, folder))
    .filter((name) => wanted.test(name))
    .sort()
    .map((name) => read(textOf(join(folder, name))))
    .join('\n');
}

/** Without code blocks and tables. */
function proseOf(text: string): string {
  return text.replaceAll(/```[\s\S]*?```\n?/g, '').replaceAll(/^\|.*\n/gm, '');
}

function messagesOf(code: string): string {
  const compiler = dirname(createRequire(import.meta.url).resolve('typescript'));
  const path = join(compiler, code, 'diagnosticMessages.generated.json');
  return Object.values(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>).join('\n');
}

function namesOf(code: string): string {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const pairs = letters.flatMap((a) => letters.map((b) => a + b));
  const regions = new Intl.DisplayNames(code, { type: 'region', fallback: 'none' });
  const languages = new Intl.DisplayNames(code, { type: 'language', fallback: 'none' });
  return [
    ...pairs.map((pair) => regions.of(pair)),
    ...pairs.map((pair) => languages.of(pair.toLowerCase())),
  ]
    .filter((name) => name !== undefined)
    .join(', ');
}

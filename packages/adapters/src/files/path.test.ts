import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { undeclared } from './declared-path.ts';
import { compileGlob } from './glob.ts';
import { parsePath } from './parse-path.ts';
import { isReserved } from './reserved-name.ts';

describe('parsePath', () => {
  it.each([
    ['src/a.ts', 'src/a.ts'],
    ['./src//a.ts', 'src/a.ts'],
    ['src/', 'src'],
    ['', ''],
    ['.', ''],
    ['%2e%2e/a', '%2e%2e/a'],
    ['~/a', '~/a'],
    ['...', '...'],
    ['.github/workflows/ci.yml', '.github/workflows/ci.yml'],
    ['.gitignore', '.gitignore'],
    ['ünï cödé/文件.txt', 'ünï cödé/文件.txt'],
  ])('T2: %j is a path of the workspace', (path, text) => {
    expect(parsePath(path, 'linux')).toMatchObject({ kind: 'path', text });
  });

  it.each([
    '..',
    '../a',
    'a/../../b',
    'a/..',
    '/etc/passwd',
    '//server/share',
    'C:/Windows',
    'c:a',
    '..\\a',
    'a\\b',
    'a\0b',
    'a\nb',
    'a\ud800b',
    '.git/config',
    'a/.GIT/hooks/x',
    '.g\u200cit/config',
    '.ｇｉｔ/config',
    '.git./config',
    '.git /config',
    '.git::$INDEX_ALLOCATION/config',
    'git~1/config',
    '.overseer/journal',
    '.overseer-0123.tmp',
    'node_modules/x/index.js',
    'packages/a/Node_Modules/x',
    'a/'.repeat(100),
    'x'.repeat(300),
    'y/'.repeat(2_000),
  ])('T2: %j is refused in words', (path) => {
    expect(parsePath(path, 'linux')).toMatchObject({
      kind: 'refused',
      because: expect.stringMatching(/^The path ".*" .*\.$/s),
    });
  });

  it.each(['CON', 'aux.txt', 'a.', 'b ', 'ab:c', 'a?'])('T2: Windows refuses %j too', (path) => {
    expect(parsePath(path, 'win32').kind).toBe('refused');
    expect(parsePath(path, 'linux').kind).toBe('path');
  });

  it('T2: whatever is accepted stays below the workspace, and is stable', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        '.git',
        '~',
        '%2e%2e',
        'a',
        '．．',
        '..\u200b',
        '\u202e..',
        'C:',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const parsed = parsePath(parts.join('/'), 'linux');
        if (parsed.kind === 'refused') return;
        expect(parsed.segments).not.toContain('..');
        expect(parsed.segments.every((one) => one !== '' && !/[/\\\0]/.test(one))).toBe(true);
        expect(parsed.segments.some(isReserved)).toBe(false);
        expect(parsePath(parsed.text, 'linux')).toEqual(parsed);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('undeclared', () => {
  it('T2: a task that declared nothing may write anywhere', () => {
    expect(undeclared('a', [])).toBeUndefined();
  });

  it('T2: a declared path allows itself, a declared folder what is in it', () => {
    const files = ['src/a.ts', './docs/'];
    expect(undeclared('src/a.ts', files)).toBeUndefined();
    expect(undeclared('docs/x/y.md', files)).toBeUndefined();
    expect(undeclared('docs', files)).toBeUndefined();
    expect(undeclared('src/a.tsx', files)).toMatch(/"src\/a\.ts", "\.\/docs\/"/);
    expect(undeclared('SRC/a.ts', files)).toBeDefined();
    expect(undeclared('docs2/x', files)).toBeDefined();
    expect(undeclared('src', files)).toBeDefined();
  });
});

describe('compileGlob', () => {
  it.each([
    ['*.ts', 'a/b/c.ts', true],
    ['*.ts', 'a/b/c.tsx', false],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/b/a.ts', false],
    ['src/**/*.ts', 'src/a.ts', true],
    ['src/**/*.ts', 'src/a/b/c.ts', true],
    ['**', 'a/b', true],
    ['**/test/**', 'a/test/b/c', true],
    ['**/test/**', 'a/tests/b', false],
    ['*.{ts,js}', 'x.js', true],
    ['{a,b}/{c,d}', 'b/d', true],
    ['{a,b}/{c,d}', 'b/e', false],
    ['a?c', 'abc', true],
    ['a.c', 'abc', false],
    ['./src/*', 'src/x', true],
    ['a$&{b,c}', 'a$&b', true],
  ])('T2: %j against %j is %j', (glob, path, expected) => {
    expect(compileGlob(glob)(path)).toBe(expected);
  });

  it('T2: hostile patterns take no time', () => {
    const startedAt = performance.now();
    const path = `${'a'.repeat(250)}/`.repeat(16);
    expect(compileGlob(`${'*a'.repeat(100)}b`)(path)).toBe(false);
    expect(compileGlob(`${'**/*a*/'.repeat(60)}b`)(path)).toBe(false);
    expect(compileGlob('{a,b}'.repeat(40))('a')).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

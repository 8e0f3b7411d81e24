import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ToolSubject, toolConformance } from '@overseer/core/testing';
import { describe, expect, it } from 'vitest';
import { fileScene, use } from './file-scene.fixture.ts';
import { fileTools } from './file-tools.ts';

const tools = fileTools();

describe('the contract', () => {
  const files = { 'a.txt': 'alpha\n', 'src/b.txt': 'beta\n' };
  const open: ToolSubject['open'] = () => fileScene(files);
  const wrong = [null, [], 'a', {}, { path: 1 }, { path: 'a', extra: true }];
  const failing = (key: string): readonly Record<string, string>[] =>
    ['../a', '/etc/passwd', '.git/config', 'link-folder/secret.txt'].map((path) => ({
      [key]: path,
    }));
  const subjects: Readonly<Record<string, Omit<ToolSubject, 'open'>>> = {
    read_file: { tool: tools.read_file, input: { path: 'a.txt' }, wrong, failing: failing('path') },
    write_file: {
      tool: tools.write_file,
      input: { path: 'new/c.txt', content: 'x' },
      wrong,
      failing: failing('path').map((one) => ({ ...one, content: 'x' })),
    },
    list_files: {
      tool: tools.list_files,
      input: {},
      wrong: [null, { path: 1 }, { depth: 0 }],
      failing: failing('path'),
    },
    search_files: {
      tool: tools.search_files,
      input: { text: 'bet' },
      wrong: [null, {}, { text: '' }],
      failing: [
        ...failing('path').map((one) => ({ ...one, text: 'x' })),
        { text: '(', regex: true },
      ],
    },
    move_file: {
      tool: tools.move_file,
      input: { from: 'a.txt', to: 'c/d.txt' },
      wrong,
      failing: [
        { from: 'a.txt', to: 'src/b.txt' },
        { from: 'src', to: 'src/x' },
        ...failing('from').map((one) => ({ ...one, to: 'x' })),
        ...failing('to').map((one) => ({ ...one, from: 'a.txt' })),
      ],
    },
    delete_file: {
      tool: tools.delete_file,
      input: { path: 'a.txt' },
      wrong,
      failing: [{ path: 'src' }, { path: '' }, ...failing('path')],
    },
  };
  for (const [name, subject] of Object.entries(subjects)) {
    describe(name, () => {
      it.each(toolConformance({ ...subject, open }))('$name', ({ check }) => check());
    });
  }
});

describe('read_file', () => {
  it('T2: reads in parts that together are the file', async () => {
    const text = Array.from({ length: 300 }, (_, n) => `line ${n} ü\n`).join('');
    await using scene = await fileScene({ 'big.txt': text });
    const small = fileTools({ maxResultBytes: 1_000 });
    let read = '';
    let input: object | undefined = { path: 'big.txt' };
    while (input !== undefined) {
      const part = (await use(small.read_file, input, scene.ctx)) as {
        text: string;
        note?: string;
      };
      read += part.text;
      const next = /Read on with line (\d+)/.exec(part.note ?? '');
      input = next === null ? undefined : { path: 'big.txt', line: Number(next[1]) };
    }
    expect(read).toBe(text);
  });

  it('T2: refuses binary, large, special and absent files in words', async () => {
    await using scene = await fileScene({ 'large.txt': 'x'.repeat(2_000) });
    await writeFile(join(scene.workspace, 'zero'), Buffer.from([65, 0, 66]));
    await writeFile(join(scene.workspace, 'latin1'), Buffer.from([0xe4, 0x20, 0x41]));
    execFileSync('mkfifo', [join(scene.workspace, 'pipe')]);
    const small = fileTools({ maxFileBytes: 1_000 });
    const read = (path: string): Promise<unknown> => use(small.read_file, { path }, scene.ctx);
    await expect(read('zero')).rejects.toThrow(/"zero" is not UTF-8 text \(3 bytes\)/);
    await expect(read('latin1')).rejects.toMatchObject({ code: 'tool.binary' });
    await expect(read('large.txt')).rejects.toThrow(/has 2000 bytes, more than the 1000/);
    await expect(read('pipe')).rejects.toMatchObject({ code: 'tool.not-a-file' });
    await expect(read('absent')).rejects.toThrow('"absent" does not exist.');
    await expect(read('link-file')).rejects.toThrow(/"link-file" is a link/);
    await expect(read('large.txt/x')).rejects.toThrow('"large.txt" is not a folder.');
  });

  it('T2: without a workspace there is nothing to read', async () => {
    await using scene = await fileScene();
    const { workspace: _, ...ctx } = scene.ctx;
    const call = use(tools.read_file, { path: 'a' }, ctx);
    await expect(call).rejects.toMatchObject({ code: 'tool.no-workspace' });
  });
});

describe('write_file', () => {
  it('T2: writes only what the task declared, and says what that is', async () => {
    await using scene = await fileScene({}, ['src/a.ts', 'docs/']);
    const write = (path: string): Promise<unknown> =>
      use(tools.write_file, { path, content: 'x' }, scene.ctx);
    await expect(write('src/a.ts')).resolves.toMatchObject({ outcome: 'created' });
    await expect(write('docs/deep/er.md')).resolves.toMatchObject({ outcome: 'created' });
    await expect(write('src/b.ts')).rejects.toThrow(/only "src\/a\.ts", "docs\/"/);
    const move = use(tools.move_file, { from: 'src/a.ts', to: 'b.ts' }, scene.ctx);
    await expect(move).rejects.toMatchObject({ code: 'tool.undeclared' });
    const remove = use(tools.delete_file, { path: 'src/b.ts' }, scene.ctx);
    await expect(remove).rejects.toMatchObject({ code: 'tool.undeclared' });
  });

  it('T2: keeps the mode of a file, breaks hard links, and leaves no temporary file', async () => {
    await using scene = await fileScene({ 'run.sh': 'old' });
    await chmod(join(scene.workspace, 'run.sh'), 0o755);
    await link(join(scene.outside, 'secret.txt'), join(scene.workspace, 'hard'));
    const write = (path: string): Promise<unknown> =>
      use(tools.write_file, { path, content: 'new' }, scene.ctx);
    await expect(write('run.sh')).resolves.toMatchObject({ outcome: 'replaced', bytes: 3 });
    await expect(write('run.sh')).resolves.toMatchObject({ outcome: 'unchanged' });
    await write('hard');
    expect((await stat(join(scene.workspace, 'run.sh'))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(scene.outside, 'secret.txt'), 'utf8')).toMatch(/^the secret/);
    expect((await readdir(scene.workspace)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('T2: refuses what is too large or no text', async () => {
    await using scene = await fileScene();
    const small = fileTools({ maxFileBytes: 10 });
    const write = (text: string): Promise<unknown> =>
      use(small.write_file, { path: 'a', content: text }, scene.ctx);
    await expect(write('x'.repeat(11))).rejects.toMatchObject({ code: 'tool.too-large' });
    await expect(write('\ud800')).rejects.toMatchObject({ code: 'tool.text' });
  });
});

describe('list_files', () => {
  it('T2: shows nearer entries first, marks links and folders, hides what is reserved', async () => {
    await using scene = await fileScene({
      'b/c.ts': '',
      'a.ts': '',
      '.git/config': '',
      '.overseer/x': '',
      'b/node_modules/x.js': '',
      '.env.example': '',
    });
    const links = ['link-file', 'link-folder', 'link-nowhere', 'link-root'].map(
      (l) => `${l} (link)`,
    );
    expect(await use(tools.list_files, {}, scene.ctx)).toEqual({
      entries: ['.env.example', 'a.ts', 'b/', ...links, 'b/c.ts'],
    });
    expect(await use(tools.list_files, { glob: '*.ts' }, scene.ctx)).toEqual({
      entries: ['a.ts', 'b/c.ts'],
    });
    expect(await use(tools.list_files, { path: 'b', depth: 1 }, scene.ctx)).toEqual({
      entries: ['b/c.ts'],
    });
  });

  it('T2: says what was cut', async () => {
    const names = Array.from({ length: 50 }, (_, n) => [`f${n}`, ''] as const);
    await using scene = await fileScene(Object.fromEntries(names));
    const small = fileTools({ maxEntries: 10 });
    expect(await use(small.list_files, {}, scene.ctx)).toMatchObject({
      entries: expect.objectContaining({ length: 10 }),
      note: expect.stringContaining('first 10'),
    });
  });
});

describe('search_files', () => {
  const files = {
    'a.ts': 'one\nTwo three\n',
    'b/c.md': 'two\r\nfour\n',
    'b/d.bin': 'two\0',
    '.git/x': 'two',
    'long.txt': `${'x'.repeat(5_000)}two${'y'.repeat(5_000)}`,
  };

  it('T2: finds text and patterns, by folder, glob and case', async () => {
    await using scene = await fileScene(files);
    const search = async (input: object): Promise<unknown> =>
      ((await use(tools.search_files, input, scene.ctx)) as { matches: unknown }).matches;
    expect(await search({ text: 'two', path: 'b' })).toEqual(['b/c.md:1: two']);
    expect(await search({ text: 'TWO', ignoreCase: true, glob: '*.{ts,md}' })).toEqual([
      'a.ts:2: Two three',
      'b/c.md:1: two',
    ]);
    expect(await search({ text: '^t.o$|f', regex: true, glob: '*.md' })).toEqual([
      'b/c.md:2: four',
    ]);
    expect(await search({ text: 't[wx]o', regex: true, glob: 'long.txt' })).toEqual([
      expect.stringMatching(/^long\.txt:1: …x+twoy+…$/),
    ]);
    expect(await search({ text: 'secret' })).toEqual([]);
  });

  it('T2: a pattern that would take for ever is ended', async () => {
    await using scene = await fileScene({ 'a.txt': `${'a'.repeat(60)}!` });
    const startedAt = performance.now();
    const call = use(tools.search_files, { text: '^(a+)+$', regex: true }, scene.ctx);
    await expect(call).rejects.toThrow(/takes too long/);
    expect(performance.now() - startedAt).toBeLessThan(6_000);
  });

  it('T2: says what was cut', async () => {
    await using scene = await fileScene({ 'a.txt': 'x\n'.repeat(500) });
    const result = await use(tools.search_files, { text: 'x' }, scene.ctx);
    expect(result).toMatchObject({ note: expect.stringContaining('first 200 matches') });
  });
});

describe('move_file and delete_file', () => {
  it('T2: move once, and say so when asked again', async () => {
    await using scene = await fileScene({ 'a.txt': 'a', 'dir/x.txt': 'x' });
    const move = (from: string, to: string): Promise<unknown> =>
      use(tools.move_file, { from, to }, scene.ctx);
    await expect(move('a.txt', 'b/c.txt')).resolves.toMatchObject({ outcome: 'moved' });
    await expect(move('a.txt', 'b/c.txt')).resolves.toMatchObject({ outcome: 'moved before' });
    await expect(move('dir', 'b/dir')).resolves.toMatchObject({ outcome: 'moved' });
    await expect(move('dir', 'elsewhere')).rejects.toThrow('"dir" does not exist.');
    expect(await readFile(join(scene.workspace, 'b/dir/x.txt'), 'utf8')).toBe('x');
    expect(await readFile(join(scene.workspace, 'b/c.txt'), 'utf8')).toBe('a');
  });

  it('T2: a move that was cut off half way is finished by its repetition', async () => {
    await using scene = await fileScene({ 'a.txt': 'a' });
    await link(join(scene.workspace, 'a.txt'), join(scene.workspace, 'b.txt'));
    const again = await use(tools.move_file, { from: 'a.txt', to: 'b.txt' }, scene.ctx);
    expect(again).toMatchObject({ outcome: 'moved' });
    const entries = (await readdir(scene.workspace)).filter((name) => name.endsWith('.txt'));
    expect(entries).toEqual(['b.txt']);
  });

  it('T2: a link is deleted itself, never what it leads to', async () => {
    await using scene = await fileScene();
    await symlink('.', join(scene.workspace, 'here'));
    await mkdir(join(scene.workspace, 'empty'));
    const remove = (path: string): Promise<unknown> => use(tools.delete_file, { path }, scene.ctx);
    await expect(remove('link-folder')).resolves.toMatchObject({ outcome: 'deleted' });
    await expect(remove('link-file')).resolves.toMatchObject({ outcome: 'deleted' });
    await expect(remove('empty')).resolves.toMatchObject({ outcome: 'deleted' });
    await expect(remove('empty')).resolves.toMatchObject({ outcome: 'was not there' });
    expect(await readdir(scene.outside)).toEqual(['secret.txt']);
  });
});

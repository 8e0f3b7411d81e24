import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type MockService, startMockService } from '@overseer/adapters/mock-llm';
import {
  type PostgresServer,
  postgresPrograms,
  startPostgres,
} from '@overseer/storage/postgres/throwaway-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTypes } from './blocks/check-types.ts';
import { readDocuments, root } from './blocks/documents.ts';
import { elsewhere } from './blocks/elsewhere.ts';
import { expectedLines, firstMissing } from './blocks/expected.ts';
import { hasTransformers, writeWeights } from './blocks/local-weights.ts';
import { type Block, readBlocks } from './blocks/read-blocks.ts';
import { scenario } from './blocks/scenario.ts';
import { createScene, type Scene, scenes } from './blocks/scene.ts';
import { runShBlock, withoutRemark } from './blocks/sh-block.ts';
import { fileOf, runTsBlock, writeBlock } from './blocks/ts-block.ts';

/** LM Studio's own address, so that examples need not name one. */
const LM_STUDIO_PORT = 1234;

const documents = readDocuments();
const scene = new Map<string, Scene>();
let service: MockService;
let database: PostgresServer | undefined;

beforeAll(async () => {
  service = await startMockService({ scenario, port: LM_STUDIO_PORT });
  if (postgresPrograms() !== undefined) database = await startPostgres({ fsync: true });
  await mkdir(scenes, { recursive: true });
  for (const document of documents) {
    const { path, blocks } = document;
    const made = await createScene(path, service.url, database?.url);
    await writeWeights(made, document);
    scene.set(path, made);
    for (const block of blocks) if (block.language === 'ts') await writeBlock(made, block);
  }
}, 180_000);

afterAll(async () => {
  await service?.close();
  await database?.[Symbol.asyncDispose]();
});

describe('the code blocks of the documents', () => {
  it.concurrent.each(documents)(
    'Q2 Q3: $path does what it says',
    async ({ path, blocks }) => {
      const problems: string[] = [];
      for (const block of blocks) {
        if (isLeftOut(block)) continue;
        const problem = await problemOf(sceneOf(path), block);
        if (problem !== undefined) problems.push(`${path}:${block.line}: ${problem}`);
      }
      expect(problems).toEqual([]);
    },
    180_000,
  );

  it.concurrent('Q3: programs have no type errors', async () => {
    const files = documents.flatMap(({ path, blocks }) =>
      blocks
        .filter(({ language }) => language === 'ts')
        .map((block) => fileOf(sceneOf(path), block)),
    );
    expect(files.length).toBeGreaterThan(0);
    expect(await checkTypes(files)).toEqual([]);
  }, 180_000);
});

describe('the lines that are run elsewhere', () => {
  it('Q3: are all in some document, and where they are said to run is there', () => {
    const lines = documents.flatMap(({ blocks }) =>
      blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n')),
    );
    const commands = new Set(lines.map(withoutRemark));
    expect([...elsewhere.keys()].filter((line) => !commands.has(line))).toEqual([]);
    expect([...elsewhere.values()].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('the test of the documents sees a fault', () => {
  it('Q3: an unknown kind of block, and text that is no JSON', async () => {
    const made = await createScene('faults', service.url);
    const problems = [];
    for (const block of readBlocks('x.md', '```yaml\na: 1\n```\n\n~~~json\n{ "a": }\n~~~\n')) {
      problems.push(await problemOf(made, block));
    }
    expect(problems[0]).toContain('"yaml"');
    expect(problems[1]).toContain('JSON');
  });

  it('Q3: a program that fails or prints something else, and a command that fails', async () => {
    const made = await createScene('faults', service.url);
    const markdown = [
      ['ts', 'console.log("no"); // → yes'],
      ['ts', 'throw new Error("broken");'],
      ['ts', 'const silent = 1;'],
      ['sh', 'git log --no-such-option'],
      ['sh', 'git log --format=%s\n# → Begin\n# → End'],
    ].map(([language, text]) => `\`\`\`${language}\n${text}\n\`\`\`\n`);
    const blocks = readBlocks('x.md', markdown.join('\n'));
    for (const block of blocks) {
      if (block.language === 'ts') await writeBlock(made, block);
      expect(await problemOf(made, block), block.text).toBeTypeOf('string');
    }
    expect(blocks).toHaveLength(5);
  }, 30_000);

  it('Q3: a block without an end is an error, and a longer fence holds a shorter one', () => {
    expect(() => readBlocks('x.md', '```ts\nlet a;\n')).toThrow('x.md:1');
    expect(readBlocks('x.md', '````text\n```ts\n```\n````\n')).toHaveLength(1);
  });

  it('Q3: expected lines come in order, and … stands for anything', () => {
    expect(expectedLines('log(1); // → 1\n# → two\n<!-- → 3 -->')).toEqual(['1', 'two', '3']);
    expect(firstMissing(['a', 'c … e'], 'a\nb\nc d e\n')).toBeUndefined();
    expect(firstMissing(['c … e', 'a'], 'a\nb\nc d e\n')).toBe('a');
    expect(firstMissing(['a.c'], 'abc')).toBe('a.c');
  });
});

/** What needs something that this machine does not have. */
function isLeftOut({ text }: Block): boolean {
  if (database === undefined && text.includes('DATABASE_URL')) return true;
  return !hasTransformers && text.includes('@overseer/adapters/onnx');
}

function sceneOf(path: string): Scene {
  const made = scene.get(path);
  if (made === undefined) throw new Error(`${path} has no scene.`);
  return made;
}

async function problemOf(made: Scene, block: Block): Promise<string | undefined> {
  switch (block.language) {
    case 'ts':
      return await runTsBlock(made, block);
    case 'sh':
      return await runShBlock(made, block);
    case 'json':
      return notJson(block.text);
    case 'text':
      return undefined;
    default:
      return `a block is ts, sh, json or text, and not ${JSON.stringify(block.language)}.`;
  }
}

function notJson(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `it is no JSON: ${String(error)}`;
  }
}

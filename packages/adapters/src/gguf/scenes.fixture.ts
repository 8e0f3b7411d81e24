import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TinyGguf, tinyGguf } from './tiny-gguf.fixture.ts';

/** What a generated model does. */
export type SceneName = 'm' | 'm-tool' | 'm-think' | 'm-slow' | 'json' | 'noise';

/** A folder for generated files, which is removed when it is disposed. */
export interface Scenes extends Disposable {
  readonly folder: string;
  /** The path of the model that plays a scenario of the conformance kit, or of a test here; made when first asked for. */
  path(name: SceneName): string;
  /** The path of a new file. */
  write(name: string, bytes: Buffer | string): string;
}

/** A folder of tiny models. */
export function makeScenes(): Scenes {
  const folder = mkdtempSync(join(tmpdir(), 'overseer-gguf-'));
  const made = new Map<string, string>();
  const write = (name: string, bytes: Buffer | string): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  return {
    folder,
    write,
    path: (name) => {
      const path =
        made.get(name) ?? write(`${name}.gguf`, tinyGguf({ width: 128, ...SCENES[name] }));
      made.set(name, path);
      return path;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const GREETING = 'Hello from mock.';

const CALL = [
  '<tool_call>\n{"name": "',
  'get_weather',
  '", "arguments": ',
  '{"city": "Oslo"}',
  '}\n</tool_call>',
];

const SCENES: Readonly<Record<SceneName, TinyGguf>> = {
  m: { rules: [{ say: [GREETING] }] },
  'm-tool': {
    rules: [{ when: "p.role == 'tool'", say: [GREETING] }, { say: CALL }],
    // What stands before the arguments is written by the engine, letter for letter.
    leads: [['\u2581', 1, 3]],
  },
  'm-think': { rules: [{ say: ['<think>', 'Let me think.', '</think>', GREETING] }] },
  'm-slow': { rules: [{ say: ['On and on it goes. '], forever: true }], width: 512, layers: 4 },
  json: { rules: [{ say: ['{"verdict": "pass", "score": 7}'] }] },
  noise: { width: 64, layers: 2 },
};

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPacked, run } from '../../scripts/packed.ts';
import { scratch } from '../harness/scratch.ts';
import type { Prepared } from '../harness/work.ts';

const root = join(import.meta.dirname, '../..');

/** The smallest program that has an overseer. */
const HELLO = `import { createOverseer, memory } from '@overseer/core';
import type { Model } from '@overseer/core/spec';

declare const model: Model;
const overseer = await createOverseer({ overseer: 'm', models: { m: { model } }, store: memory() });
const { output } = await overseer.run({ tasks: [{ instruction: 'Say hello.' }] }).result;
await overseer.close();
export const hello: string | undefined = output;
`;

const OPTIONS = {
  target: 'es2024',
  module: 'nodenext',
  lib: ['es2024', 'esnext.disposable'],
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};

/**
 * Installs core in a folder of its own, built and packed, when `overseer` is to be measured; gives `folder`, and
 * `typeInstantiations` of the smallest program.
 */
export async function installedCore(subjects: readonly string[]): Promise<Prepared> {
  if (!subjects.includes('overseer')) return { values: {}, [Symbol.asyncDispose]: async () => {} };
  const place = await scratch('start');
  process.stderr.write('start: building, packing and installing @overseer/core …\n');
  installPacked(['@overseer/core'], place.folder);
  const typeInstantiations = String(instantiations(place.folder));
  return {
    values: { folder: place.folder, typeInstantiations },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

function instantiations(folder: string): number {
  writeFileSync(join(folder, 'hello.ts'), HELLO);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: OPTIONS, files: ['hello.ts'] }),
  );
  const compiler = join(root, 'node_modules/typescript-native/bin/tsc');
  const printed = run(process.execPath, [compiler, '-p', '.', '--extendedDiagnostics'], folder);
  const count = /^Instantiations:\s+(\d+)/m.exec(printed)?.[1];
  if (count === undefined) throw new Error(`The compiler did not say what it made:\n${printed}`);
  return Number(count);
}

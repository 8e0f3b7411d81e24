import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstMissing } from './expected.ts';
import type { Block } from './read-blocks.ts';
import { runProgram } from './run-program.ts';
import type { Scene } from './scene.ts';

/** The file that a block is written to: its own name, or the line that it stands at. */
export function fileOf({ code }: Scene, { line, name }: Block): string {
  return join(code, name ?? `line-${line}.ts`);
}

/** Writes a block to its file. */
export async function writeBlock(scene: Scene, block: Block): Promise<void> {
  await mkdir(scene.code, { recursive: true });
  await writeFile(fileOf(scene, block), `${block.text}\n`);
}

/**
 * Runs a block with Node; answers what is wrong, if anything. A block prints what its `// →` comments say, in that
 * order; one without them and without a file name prints something.
 */
export async function runTsBlock(scene: Scene, block: Block): Promise<string | undefined> {
  const flags = ['--conditions=@overseer/source', '--disable-warning=ExperimentalWarning'];
  const printed = await runProgram(scene, process.execPath, [...flags, fileOf(scene, block)]);
  const output = `It printed:\n${printed.stdout}${printed.stderr}`;
  if (printed.code !== 0) return `the program ended with ${printed.code}. ${output}`;
  const missing = firstMissing(block.prints, printed.stdout);
  if (missing !== undefined) return `it did not print ${JSON.stringify(missing)}. ${output}`;
  const isProgram = block.name === undefined && block.prints.length === 0;
  return isProgram && printed.stdout.trim() === '' ? 'it printed nothing to check.' : undefined;
}

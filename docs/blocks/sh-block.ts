import { elsewhere } from './elsewhere.ts';
import { firstMissing } from './expected.ts';
import type { Block } from './read-blocks.ts';
import { runProgram } from './run-program.ts';
import type { Scene } from './scene.ts';

/**
 * Runs a block with bash, but for the lines that are run elsewhere; answers what is wrong, if anything. Every command
 * succeeds, and prints what the `# →` comments below it say.
 */
export async function runShBlock(scene: Scene, block: Block): Promise<string | undefined> {
  const lines = block.text.split('\n');
  const script = lines.filter((line) => !elsewhere.has(withoutRemark(line))).join('\n');
  if (script.replaceAll(/^\s*#.*$/gm, '').trim() === '') return undefined;
  const printed = await runProgram(scene, 'bash', ['--norc', '-euo', 'pipefail', '-c', script]);
  const output = `It printed:\n${printed.stdout}${printed.stderr}`;
  if (printed.code !== 0) return `the script ended with ${printed.code}. ${output}`;
  const missing = firstMissing(block.prints, printed.stdout);
  return missing === undefined
    ? undefined
    : `it did not print ${JSON.stringify(missing)}. ${output}`;
}

/** A command without the remark behind it. */
export function withoutRemark(line: string): string {
  return line.replace(/\s+#.*$/, '').trim();
}

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './documents.ts';
import { scenes } from './scene.ts';

/** Checks the types of programs as a reader's own strict project would; answers what the compiler says, a line each. */
export async function checkTypes(files: readonly string[]): Promise<readonly string[]> {
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      isolatedDeclarations: false,
      declaration: false,
      noUnusedLocals: false,
      noPropertyAccessFromIndexSignature: false,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    files,
  };
  const path = join(scenes, 'tsconfig.json');
  await writeFile(path, JSON.stringify(config));
  const compiler = join(root, 'node_modules/typescript-native/bin/tsc');
  const args = [compiler, '-p', path, '--pretty', 'false'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: scenes }, (error, stdout, stderr) => {
      if (error === null) resolve([]);
      else resolve(`${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== ''));
    });
  });
}

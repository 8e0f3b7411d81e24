import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type { Start } from '../harness/subject.ts';

/** Times a bare Node that imports a library and gets it ready. `readyMs` includes the import; a Node alone has neither. */
export function launch(start: Start): Readonly<Record<string, number>> {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program(start)],
    { cwd: start.folder, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const processMs = performance.now() - began;
  if (status !== 0) throw new Error(`Importing ${start.modules.join(', ')} failed: ${stderr}`);
  return start.modules.length === 0 ? { processMs } : { ...JSON.parse(stdout), processMs };
}

function program({ modules, ready }: Start): string {
  const imports = modules.map((name) => `import(${JSON.stringify(name)})`).join(', ');
  return `
    const began = performance.now();
    const [library] = await Promise.all([${imports}]);
    const times = { importMs: performance.now() - began };
    ${ready === undefined ? '' : `{ ${ready} }\n times.readyMs = performance.now() - began;`}
    process.stdout.write(JSON.stringify(times), () => process.exit(0));
  `;
}

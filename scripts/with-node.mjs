// Runs a script under the Node that the repository pins, whatever Node npm itself runs on.
// Signals reach the child through the terminal's process group or are passed on here.
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { findNode } from './find-node.mjs';

const node = findNode();
if (node === undefined) {
  console.error(
    'Overseer needs Node 24 here and did not find it: run "npm ci" (without --ignore-scripts), which installs it.',
  );
  process.exit(1);
}
const child = spawn(node, ['--conditions=@overseer/source', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
    TURBO_TELEMETRY_DISABLED: '1',
  },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});

import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { buildForChildren } from './scripts/test-files/build-for-children.ts';
import { sortTestFiles } from './scripts/test-files/sort-test-files.ts';

// Sources with their types stripped are kept between the many processes and threads that the tests start: each starts
// in half the time.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node-compile');

// The processes of our commands that tests start read what is built of the sources here; a run that watches them would not.
if (process.argv.includes('run')) {
  process.env['OVERSEER_TEST_CODE'] ??= await buildForChildren(import.meta.dirname);
}

const { apart, together } = sortTestFiles(import.meta.dirname);

export default defineConfig({
  ssr: { resolve: { conditions: ['@overseer/source'] } },
  test: {
    projects: [
      { extends: true, test: { name: 'apart', include: [...apart] } },
      {
        extends: true,
        test: {
          name: 'together',
          include: [...together],
          isolate: false,
          setupFiles: ['scripts/test-files/leaves-nothing.setup.ts'],
        },
      },
    ],
    // Threads that strip types at once meet a fault of V8 13.6: it frees a wrapper of WebAssembly while another thread
    // replaces it by a faster one, and the process ends with SIGTRAP or SIGSEGV. So none is ever replaced.
    execArgv: ['--wasm-wrapper-tiering-budget=2000000000'],
    // One more than the default: on a machine of two processors that is one, and all takes half as long again.
    maxWorkers: '100%',
    // A limit for what hangs, not for what is slow: other work on the machine must fail no test.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    exclude: ['**/node_modules/**', 'bench/peers/**'],
    tags: [
      {
        name: 'slow',
        description: 'Takes seconds to minutes: installs packages, starts many processes.',
        timeout: 600_000,
      },
    ],
    coverage: { include: ['packages/*/src/**/*.ts'] },
  },
});

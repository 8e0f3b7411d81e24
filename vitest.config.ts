import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['@overseer/source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'scripts/**/*.test.ts',
      'docs/**/*.test.ts',
      'examples/*.test.ts',
      'examples/main-job/*.test.ts',
      'bench/**/*.test.ts',
      'deploy/*.test.ts',
    ],
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

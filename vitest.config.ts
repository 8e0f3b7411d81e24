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
    ],
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

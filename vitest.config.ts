import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['@overseer/source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'scripts/**/*.test.ts',
      'docs/**/*.test.ts',
      'examples/*.test.ts',
      'bench/*.test.ts',
    ],
    coverage: { include: ['packages/*/src/**/*.ts'] },
  },
});

import { defineConfig } from 'tsup';

export default defineConfig({
  entry: [
    'src/openai/index.ts',
    'src/anthropic/index.ts',
    'src/lmstudio/index.ts',
    'src/openai-compatible/index.ts',
    'src/mock-llm/index.ts',
    'src/files/index.ts',
    'src/checks/index.ts',
    'src/git/index.ts',
  ],
  format: ['esm'],
  target: 'node22',
  dts: true,
  sourcemap: true,
  clean: true,
});

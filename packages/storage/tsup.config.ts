import { defineConfig } from 'tsup';
import { packageBuild } from '../../scripts/package-build.ts';

export default defineConfig({
  ...packageBuild(import.meta.dirname),
  // There is a `node:sqlite`, but no `sqlite`.
  removeNodeProtocol: false,
});

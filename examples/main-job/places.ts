import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where the main job keeps what it makes; `OVERSEER_DEMO_HOME` puts it elsewhere, for tests that run side by side. */
export interface Places {
  /** The git repository that is made of the kit. */
  readonly repository: string;
  /** Says which process works on the repository; it outlives it. */
  readonly lease: string;
  /** What the mock service counted; it outlives the service. */
  readonly counts: string;
  /** The module that says what the mock models answer. */
  readonly scenario: string;
  /** The TypeScript compiler that the checks use. */
  readonly tsc: string;
}

/** The places of this checkout. */
export function findPlaces(): Places {
  const home = process.env['OVERSEER_DEMO_HOME'] ?? join(root, '.overseer');
  return {
    repository: join(home, 'demo'),
    lease: join(home, 'demo-lease.db'),
    counts: join(home, 'demo-counts.jsonl'),
    scenario: join(root, 'examples', 'main-job', 'scenario.ts'),
    tsc: join(root, 'node_modules', 'typescript-native', 'bin', 'tsc'),
  };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './blocks/documents.ts';

/** By what a row of the table "What is kept how long" is proven: a file of tests, and words of the title of one. */
const PROOFS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'what a finished run said, sealed': [
    ['packages/core/src/retention-default.test.ts', 'erases a run 365 days after its end'],
    ['packages/core/src/erasing.test.ts', 'says nothing any more'],
  ],
  'what a finished run said, in the clear': [
    ['packages/core/src/retention-default.test.ts', 'erases nothing where the store cannot'],
  ],
  'events as such: their places, times, types and hashes': [
    [
      'packages/storage/src/sqlite/sealed.test.ts',
      'leaves its key and its large values nowhere in the file',
    ],
  ],
  'what was spent, by project, user, tenant and model': [
    ['packages/core/src/erasing.test.ts', 'what it spent still counts'],
  ],
  'phases, checklists and checkpoints, of finished projects too': [
    [
      'packages/core/src/retention-kept.test.ts',
      'leaves phases, checkpoints and what they were for',
    ],
  ],
  'large values that nothing names': [
    ['packages/storage/src/sqlite/compacting.test.ts', 'removes by itself what nothing names'],
    [
      'packages/storage/src/postgres/compact-postgres.test.ts',
      'is not removed: its event may be on the way',
    ],
  ],
  snapshots: [
    ['packages/core/src/testing/store/value-rules.ts', 'snapshot'],
    ['packages/storage/src/sqlite/upkeep/compact-file.test.ts', 'removes what nothing names'],
  ],
  'what was learned of models': [
    ['packages/core/src/route/quality.test.ts', 'is the same after a snapshot, and bounded'],
    ['packages/core/src/route/practices.test.ts', 'is bounded, keeps what people wrote'],
    ['packages/core/src/route/nearest-outcomes.test.ts', 'forgets the oldest'],
  ],
  'answers for equal requests, kept by default': [
    [
      'packages/core/src/call/memory-answers.test.ts',
      'holds no more answers and bytes than it is told',
    ],
    ['packages/core/src/caching.test.ts', 'an answer is given for its time, and no longer'],
    ['packages/core/src/erasing.test.ts', 'leaves no answer for equal requests'],
  ],
  'a message that was read': [
    ['packages/storage/src/postgres/faults.test.ts', "interval '3 hours'"],
  ],
  'a message that nobody could act on': [
    ['packages/storage/src/postgres/aside-mail.test.ts', 'none for more than thirty days'],
  ],
  'a call for workers that ended': [
    ['packages/storage/src/pg-boss/pg-boss.test.ts', 'keeps an ended job for an hour'],
  ],
  'a reply that came after its project had left': [
    ['packages/cli/src/handoff-erased.test.ts', 'goes with that run'],
  ],
  'what is reserved in shared limits': [
    ['packages/storage/src/sqlite/reservations/failure.test.ts', 'it grows neither with calls'],
    ['packages/storage/src/postgres/reservations/failure.test.ts', 'it grows neither with calls'],
  ],
  'a node that left or died': [
    ['packages/storage/src/postgres/forget-nodes.test.ts', 'goes a day after they left or died'],
  ],
  backups: [
    ['packages/storage/src/backup/backup.test.ts', 'is deleted when newer ones are enough'],
    [
      'packages/storage/src/backup/retention.test.ts',
      'keeps the last, and the newest of each day and week',
    ],
  ],
};

/** What Overseer does not keep, but whoever made it. */
const YOURS = ['packages, audits and exports, and copies such as `journal.db.v3.bak`'];

describe('docs/at-rest.md', () => {
  const page = readFileSync(join(root, 'docs/at-rest.md'), 'utf8');
  const table = page.slice(page.indexOf('### What is kept how long'));
  const rows = [
    ...table.slice(0, table.indexOf('\n###', 1)).matchAll(/^\| (.+?) \| .+ \| .+ \|$/gm),
  ];
  const named = rows
    .map(([, what = '']) => what)
    .filter((what) => what !== 'what' && !/^-+$/.test(what));

  it('K9 Q3: says how long everything is kept that grows, and each row is proven', () => {
    expect(named.toSorted()).toEqual([...Object.keys(PROOFS), ...YOURS].toSorted());
    for (const [path, words] of Object.values(PROOFS).flat()) {
      expect(readFileSync(join(root, path), 'utf8'), path).toContain(words);
    }
  });
});

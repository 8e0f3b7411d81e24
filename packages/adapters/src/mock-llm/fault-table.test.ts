import { describe, expect, it } from 'vitest';
import type { Seen } from './fault-clients.fixture.ts';
import { isClosed, outcomeOf } from './fault-outcome.fixture.ts';
import { canFail, FAULTS, type Fault, type FaultRow } from './fault-row.fixture.ts';
import { ROWS } from './fault-rows.fixture.ts';
import { DELAY_MS, FAULTY_MODEL, HELLO, startFaulty } from './faulty-service.fixture.ts';
import type { MockService } from './service.ts';

const cells = ROWS.flatMap((row) =>
  FAULTS.filter((fault) => canFail(row, fault)).map((fault) => ({ row, fault })),
).map(({ row, fault }) => ({ name: `${row.dialect}: ${fault}`, row, fault }));

describe('a fault on the wire, as a client sees it', () => {
  it.concurrent.each(cells)('M17: $name', async ({ row, fault }) => {
    await using service = await startFaulty(row, fault);
    const look = new AbortController();
    const seen: Seen = { text: '', ids: [] };
    if (fault === 'stall') void hasBegun(row, service, seen).then(() => look.abort());
    const startedAt = performance.now();
    const error = await row
      .ask(service.url, FAULTY_MODEL, look.signal, seen)
      .then(() => undefined)
      .catch((thrown: unknown) => thrown);
    await EXPECTED[fault]({ row, service, seen, error, tookMs: performance.now() - startedAt });
  });
});

describe('what our own code makes of a fault', () => {
  const own = cells.filter(({ row }) => row.ours !== undefined);
  it.concurrent.each(own)('M17 M18: $name', async ({ row, fault }) => {
    expect(await outcomeOf(row, fault)).toBe(row.ours?.cells[fault]);
  });
});

interface Sight {
  readonly row: FaultRow;
  readonly service: MockService;
  readonly seen: Seen;
  readonly error: unknown;
  readonly tookMs: number;
}

/** What a client of the provider must see of each. */
const EXPECTED: Readonly<Record<Fault, (sight: Sight) => void | Promise<void>>> = {
  status: ({ row, service, error, seen }) => {
    expect(error).toBeInstanceOf(Error);
    expect(seen.text).toBe('');
    // A batch has the status in its results.
    if (row.form === 'batch') return;
    expect(
      Object.entries(error as object)
        .flat()
        .concat(String(error))
        .join(),
    ).toContain('429');
    expect(service.requests.at(-1)).toMatchObject({ status: 429, outcome: 'failed' });
  },
  'midstream-error': failed,
  cut: failed,
  truncated: ({ row, seen, error, service }) => {
    if (row.form === 'stream') expect(seen.text).toBe(BEGUN);
    else expect(error).toBeInstanceOf(Error);
    expect(service.requests.at(-1)?.outcome).toBe('cut');
  },
  stall: async ({ row, seen, service }) => {
    expect(seen.text).toBe(row.form === 'stream' ? BEGUN : '');
    expect(await isClosed(service)).toBe(true);
  },
  malformed: failed,
  evict: async (sight) => {
    failed(sight);
    const listed = await fetch(`${sight.service.url}/api/v0/models/${FAULTY_MODEL}`);
    expect(JSON.parse(await listed.text())).toMatchObject({ state: 'not-loaded' });
  },
  'load-delay': ({ row, error, seen, tookMs }) => {
    if (row.form === 'batch') return;
    expect(error).toBeUndefined();
    if (row.form === 'stream') expect(seen.text).toBe(HELLO);
    expect(tookMs).toBeGreaterThan(DELAY_MS - 1);
  },
  'wrong-model': ({ error, seen }) => {
    expect(error).toBeUndefined();
    expect(seen.model).toBe('another');
  },
  'missing-ids': ({ error, seen }) => {
    expect(error).toBeUndefined();
    expect(seen.ids).toEqual(['', '']);
  },
  'duplicate-ids': ({ error, seen }) => {
    expect(error).toBeUndefined();
    expect(seen.ids).toHaveLength(2);
    expect(new Set(seen.ids).size).toBe(1);
    expect(seen.ids[0]).not.toBe('');
  },
};

/** Resolves when what stalls has come so far. */
async function hasBegun({ form, path = /./ }: FaultRow, service: MockService, seen: Seen) {
  const begun = (): boolean =>
    form === 'stream'
      ? seen.text === BEGUN
      : service.requests.some((request) => request.path.search(path) >= 0);
  while (!begun()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What comes before a stream breaks off. */
const BEGUN = 'Hello fr';

function failed({ row, seen, error }: Sight): void {
  expect(error).toBeInstanceOf(Error);
  expect(seen.text).toBe(row.form === 'stream' ? BEGUN : '');
}

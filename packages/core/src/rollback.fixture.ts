import { currentHolder } from './internal/process-identity.ts';
import { memory } from './journal/memory-store.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore } from './spec/store.ts';
import type { WorkspaceProvider } from './spec/workspace.ts';

/** A repository in memory: each commit is the files of the tasks that went in. */
export interface FakeRepository {
  readonly provider: WorkspaceProvider;
  /** In their order; the last is what the files stand at. */
  readonly commits: {
    readonly id: string;
    readonly by: string;
    readonly files: readonly string[];
  }[];
  /** What stands in the way of the next restore, if anything. */
  refusal: string | undefined;
  isDirty: boolean;
}

/** A repository of one empty commit, or of those that another one has. */
export function fakeRepository(commits?: FakeRepository['commits']): FakeRepository {
  const repository: FakeRepository = {
    commits: [...(commits ?? [{ id: 'c0', by: 'nobody', files: [] }])],
    refusal: undefined,
    isDirty: false,
    provider: {
      spec: 'workspace/1',
      prepare: async () => {
        if (repository.isDirty) throw dirty();
      },
      open: async () => ({ path: '/nowhere', base: head().id, changed: async () => ['x'] }),
      accept: async ({ trailers }) => {
        const files = [...new Set([...head().files, `${trailers.task}.txt`])];
        return commit(trailers.attempt, files);
      },
      probe: async (attempt) => find(attempt),
      close: async () => undefined,
      head: async () => head().id,
      restore: async ({ commit: wanted, id }) => {
        const known = find(id);
        if (known !== undefined) return known;
        if (repository.isDirty) throw dirty();
        const because = repository.refusal;
        if (because !== undefined) {
          return { kind: 'refused', because, findings: [{ message: because, file: 'a.txt' }] };
        }
        return commit(id, repository.commits.find((one) => one.id === wanted)?.files ?? []);
      },
    },
  };
  const head = (): FakeRepository['commits'][number] =>
    repository.commits.at(-1) ?? { id: 'none', by: '', files: [] };
  const commit = (by: string, files: readonly string[]) => {
    const id = `c${repository.commits.length}`;
    repository.commits.push({ id, by, files });
    return { kind: 'accepted', commit: id, files } as const;
  };
  const find = (by: string) => {
    const found = repository.commits.find((one) => one.by === by);
    return found && ({ kind: 'accepted', commit: found.id, files: found.files } as const);
  };
  return repository;
}

function dirty(): Error {
  return Object.assign(new Error('there is uncommitted work'), { code: 'workspace.dirty' });
}

/** A store in memory that holds these events. */
export async function storeOf(events: readonly OverseerEvent[]): Promise<OpenStore> {
  const open = memory();
  const store = await open();
  const lease = await store.leases.acquire('journal', currentHolder('overseer'));
  if (lease.kind !== 'held') throw new Error('the store is new');
  await store.events.append(lease.epoch, events);
  await store.leases.release('journal', lease.epoch);
  await store.close();
  return open;
}

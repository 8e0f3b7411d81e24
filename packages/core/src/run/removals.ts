import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { WorkspaceProvider } from '../spec/workspace.ts';

/** The folders of ended attempts that are being removed. One that stays behind costs space and nothing else. */
export class Removals {
  readonly #workspaces: WorkspaceProvider | undefined;
  readonly #pending = new Set<Promise<void>>();

  constructor(workspaces: WorkspaceProvider | undefined) {
    this.#workspaces = workspaces;
  }

  /** Removes an attempt's folder, if it has one, without waiting. */
  start({ attempt, live }: AttemptPlace): void {
    if (this.#workspaces === undefined) return;
    if (live.workspace === undefined && attempt.base === undefined) return;
    const removal = this.#workspaces.close(attempt.id).catch(() => undefined);
    this.#pending.add(removal);
    void removal.then(() => this.#pending.delete(removal));
  }

  /** Resolves when those that were begun are over. */
  async over(): Promise<void> {
    await Promise.all(this.#pending);
  }
}

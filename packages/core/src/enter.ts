import type { Custodian } from './create-custodian.ts';
import type { OverseerNode } from './create-node.ts';
import type { Worker } from './create-worker.ts';
import type { CustodianOptions } from './custodian-options.ts';
import type { NodeOptions } from './node-options.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { WorkerOptions } from './worker-options.ts';

// What somebody makes is read when it is first made: who imports this package for its types, its memory store or its readers of
// events loads a fifth of it, and who makes an overseer loads neither nodes nor workers.

/**
 * Makes a team of models out of options and plugins, and opens its store. Throws `ConfigError` for options that are
 * wrong, naming where and what would be right, `StoreError` when the store cannot be opened or is busy, and
 * `OverseerError` `overseer.aborted` when its signal aborts before it is open.
 */
export async function createOverseer<const Name extends string>(
  options: OverseerOptions<Name>,
): Promise<Overseer> {
  const loaded = await import('./create-overseer.ts');
  return await loaded.createOverseer(options);
}

/**
 * Joins the nodes that share a store, with nothing but the store: each works on an even part of the projects, goes on with
 * what one that died or left had, and gives a part to one that joins. Throws `ConfigError` `config.node` for options that are
 * wrong, and `StoreError` when the store cannot be opened or a node of that name lives (`store.busy`).
 */
export async function createNode(options: NodeOptions): Promise<OverseerNode> {
  const loaded = await import('./create-node.ts');
  return await loaded.createNode(options);
}

/**
 * Makes the calls of models with `workers: true`, for all overseers that share a transport: it needs no project, no lease and no
 * journal. Throws `ConfigError` `config.worker` for options that are wrong, and `StoreError` when the transport cannot be
 * opened.
 */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  const loaded = await import('./create-worker.ts');
  return await loaded.createWorker(options);
}

/**
 * Opens a project to give orders about it, without a team: while it is open nobody else works on the project, and nothing of the work
 * is touched. What an overseer left, or what came from another store, is taken up by the next overseer, as if nobody had been there
 * between. Throws `ConfigError` for options that are wrong, `StoreError` when the store cannot be opened or somebody works on the project
 * (`store.busy`), and `OverseerError` `project.away` for one that left its store.
 */
export async function createCustodian(options: CustodianOptions): Promise<Custodian> {
  const loaded = await import('./create-custodian.ts');
  return await loaded.createCustodian(options);
}

import { OverseerError } from '../errors/overseer-error.ts';
import { leftFor } from '../journal/left-for.ts';
import type { HandoffAway } from '../spec/handoff-events.ts';
import type { StateStore } from '../spec/store.ts';
import { readCard } from './node-card.ts';
import { NODE, PROJECT } from './outlook.ts';

/** A node that lives. */
export interface SeenNode {
  readonly name: string;
  readonly pid: number;
  /** Epoch ms. */
  readonly since: number;
  readonly labels: readonly string[];
  /** Why it is given nothing, where it is not. */
  readonly unwell?: string;
}

/** A project of the store. */
export interface SeenProject {
  readonly project: string;
  /** Who works on it, a node or an overseer by itself; absent where nobody does. */
  readonly by?: string;
  /** Epoch ms. */
  readonly since?: number;
  /** For whom it left the store; it is worked on there, and nobody tries to here. */
  readonly away?: HandoffAway & { readonly at: number; readonly because: string };
}

/** Who works on what in a store. */
export interface NodesSeen {
  readonly nodes: readonly SeenNode[];
  readonly projects: readonly SeenProject[];
}

/** Reads who works on what now. Throws `OverseerError` `config.node` for a store of one overseer at a time. */
export async function seeNodes(store: StateStore): Promise<NodesSeen> {
  const standing = await store.leases.standing?.();
  if (standing === undefined) {
    throw new OverseerError(
      'config.node',
      `${store.name} is a store for one overseer at a time: there are no nodes in it.`,
    );
  }
  const nodes = standing
    .filter(({ name }) => name.startsWith(NODE))
    .map(async ({ name, holder, since }): Promise<SeenNode> => {
      const { labels, unwell } = await readCard(store, name);
      const told = unwell === undefined ? {} : { unwell };
      return { name: name.slice(NODE.length), pid: holder.pid, since, labels, ...told };
    });
  const streams = (await store.events.streams()).filter((stream) => stream.startsWith(PROJECT));
  const led = standing.filter(({ name }) => name.startsWith(PROJECT));
  const names = [...new Set([...streams, ...led.map(({ name }) => name)])].toSorted();
  const projects = names.map((stream): SeenProject => {
    const lease = led.find(({ name }) => name === stream);
    const by = lease === undefined ? {} : { by: lease.holder.name, since: lease.since };
    return { project: stream.slice(PROJECT.length), ...by };
  });
  const seen: SeenProject[] = [];
  for (const project of projects) {
    const left = await leftFor(store, `${PROJECT}${project.project}`);
    if (project.by !== undefined || left === undefined) seen.push(project);
    else
      seen.push({
        ...project,
        away: { ...left.away, at: left.offered.at, because: left.offered.data.because },
      });
  }
  const byName = (await Promise.all(nodes)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { nodes: byName, projects: seen };
}

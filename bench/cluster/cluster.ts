import { type MockService, startMockService } from '@overseer/adapters/mock-llm';
import type { StateStore } from '@overseer/core/spec';
import { postgres } from '@overseer/storage/postgres';
import { type PostgresServer, startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { type ClusterWork, seedProjects } from './seed-projects.ts';
import {
  type NodeMore,
  type NodePlace,
  type NodeProcess,
  startNode,
  startWorker,
} from './start-node.ts';

/** A database, a service of models, and nodes that come and go. */
export interface Cluster extends AsyncDisposable {
  readonly server: PostgresServer;
  readonly service: MockService;
  /** Reads what the nodes write. */
  readonly store: StateStore;
  /** All nodes that were started, the dead ones too. */
  readonly nodes: readonly NodeProcess[];
  /** How many marks the tool left. */
  marks(): number;
  join(): Promise<NodeProcess>;
  /** Starts a worker. */
  employ(slots: number): Promise<NodeProcess>;
}

/** Starts everything but nodes, with work to do. A model's answer takes about `answerMs`. */
export async function startCluster(
  schema: string,
  work: ClusterWork,
  answerMs: number,
  more: NodeMore = {},
): Promise<Cluster> {
  const server = await startPostgres({ fsync: true });
  const service = await startMockService({
    scenario: {
      models: [{ id: 'worker', contextWindow: 32_000 }],
      rules: [{ name: 'work', reply: { text: 'It is done.', firstTokenMs: answerMs } }],
    },
  });
  server.sql(`CREATE TABLE "${schema}_marks" (key text PRIMARY KEY)`);
  const place: NodePlace = { connection: server.url, schema, modelUrl: service.url, more };
  const open = postgres({ connection: server.url, schema });
  await seedProjects(open, service.url, work);
  const store = await open();
  const nodes: NodeProcess[] = [];
  const workers: NodeProcess[] = [];
  let joined = 0;
  return {
    server,
    service,
    store,
    nodes,
    marks: () => Number(server.sql(`SELECT count(*) FROM "${schema}_marks"`)),
    join: async () => {
      joined += 1;
      const node = await startNode(`node-${joined}`, place);
      nodes.push(node);
      return node;
    },
    employ: async (slots) => {
      const worker = await startWorker(`worker-${workers.length + 1}`, place, slots);
      workers.push(worker);
      return worker;
    },
    [Symbol.asyncDispose]: async () => {
      for (const node of [...nodes, ...workers]) if (node.isAlive) node.kill();
      await store.close();
      await service.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

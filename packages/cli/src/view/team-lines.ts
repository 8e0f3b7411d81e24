import type { RecordedModel } from '@overseer/core';
import type { ServerListing } from '../setup/ask-servers.ts';
import { table } from './table.ts';
import { oneLine, shortFailure, span } from './words.ts';

/** A table of the models of a team by the journal: how each is connected and what it is at, since when, and why. */
export function teamLines(models: readonly RecordedModel[], nowMs: number): readonly string[] {
  if (models.length === 0) return [];
  const ago = (at: number): string => span(Math.max(0, nowMs - at));
  const rows = models.map((model) => {
    const { name, connection, work, readiness } = model;
    const since = [ago(connection.sinceAt), ago(work.sinceAt)] as const;
    return [
      ...[oneLine(name), connection.state, since[0], work.state, since[1], readiness],
      shortFailure(oneLine(reasonOf(model))),
    ];
  });
  return ['The team, by its journal', ...table(COLUMNS, rows).map((row) => `  ${row}`), ''];
}

/** How something stands, to be printed where `mark` is another than before. */
export interface Change {
  readonly key: string;
  readonly mark: string;
  readonly fact: object;
  readonly line: string;
}

/** How one model of a team stands. */
export function changeOfModel(model: RecordedModel): Change {
  const { name, connection, work, readiness } = model;
  const states = `${connection.state} ${work.state} ${readiness}`;
  return {
    key: `model ${name}`,
    mark: `${states} ${connection.code} ${work.code}`,
    fact: model,
    line: oneLine(`${name} ${states}: ${reasonOf(model)}`),
  };
}

/** How a server stands, and each of its models. */
export function changesOfServer(server: ServerListing): readonly Change[] {
  const { provider, address, connection, models } = server;
  const place = `${provider} at ${address}`;
  const { state, reason } = connection;
  const fact = { provider, address, connection };
  return [
    { key: place, mark: state, fact, line: oneLine(`${place} ${state}: ${reason}`) },
    ...models.map((model): Change => {
      const line = oneLine(`${model.name} ${model.state ?? 'is listed'}`);
      return { key: `${place} ${model.id}`, mark: line, fact: model, line };
    }),
  ];
}

const COLUMNS = [
  { head: 'model' },
  { head: 'connection' },
  { head: 'for', align: 'right' },
  { head: 'work' },
  { head: 'for', align: 'right' },
  { head: 'could work' },
  { head: 'why' },
] as const;

/** What tells most: why it does not answer, else why it is at what it is. */
function reasonOf({ connection, work, readiness }: RecordedModel): string {
  return readiness === 'down' && work.state !== 'error' ? connection.reason : work.reason;
}

import { resolve } from 'node:path';
import { loadScenario, type MockServiceOptions } from '@overseer/adapters/mock-llm';
import { ConfigError, parseDuration } from '@overseer/core/plugin';
import { faultsFrom } from './fault-flags.ts';

/** What `overseer mock` is told of models. */
export interface MockModelFlags {
  readonly port?: number;
  readonly scenario?: string;
  readonly latency?: number;
  readonly tokensPerSecond?: number;
  readonly limit?: string;
  readonly fault?: readonly string[];
  readonly seed?: number;
}

/** How the mock service is to be, from the flags. Throws `ConfigError` for what makes no sense. */
export async function mockSettings(flags: MockModelFlags): Promise<MockServiceOptions> {
  const { port, seed, latency, tokensPerSecond, limit, scenario } = flags;
  const { everyModel, ...faults } = faultsFrom(flags.fault ?? []);
  return {
    ...(port === undefined ? {} : { port: checkedPort(port) }),
    ...(seed === undefined ? {} : { seed }),
    ...(scenario === undefined ? {} : { scenario: await loadScenario(resolve(scenario)) }),
    ...faults,
    everyModel: {
      ...everyModel,
      ...(latency === undefined ? {} : { firstTokenMs: latency }),
      ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }),
      ...(limit === undefined ? {} : { limit: limitFrom(limit) }),
    },
  };
}

function checkedPort(port: number): number {
  if (port <= 65_535) return port;
  throw wrong(`--port is ${port}, and ports end at 65535.`);
}

function limitFrom(text: string): { readonly requests: number; readonly perMs: number } {
  const [, requests, span] = /^([1-9]\d{0,8})\s*\/\s*(\S+)$/.exec(text) ?? [];
  const perMs = span === undefined ? undefined : parseDuration(span);
  if (requests === undefined || perMs === undefined || perMs <= 0)
    throw wrong(
      `--limit takes requests and a time, such as 5/60s, and got ${JSON.stringify(text)}.`,
    );
  return { requests: Number(requests), perMs };
}

function wrong(sentence: string): ConfigError {
  return new ConfigError('config.command-line', sentence);
}

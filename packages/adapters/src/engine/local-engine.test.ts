import { type ModelError, systemClock } from '@overseer/core/plugin';
import { describe, expect, it } from 'vitest';
import { engineEnvironment } from './engine-environment.ts';
import { LocalEngine } from './local-engine.ts';

/** An engine whose program is given as text. */
function engineOf(program: string, more: { readonly idleMs?: number } = {}): LocalEngine {
  let elapsed = 0;
  return new LocalEngine({
    where: 'test/m',
    args: ['--eval', program],
    options: null,
    atMost: 4,
    idleMs: 20_000,
    clock: { ...systemClock, elapsed: () => elapsed++ },
    ...more,
  });
}

function failureOf(engine: LocalEngine): Promise<ModelError> {
  return engine.ask('load', null, AbortSignal.timeout(20_000)).then(
    () => Promise.reject(new Error('it answered')),
    (error: ModelError) => error,
  );
}

describe('an engine that does not work', () => {
  it('M7 R10: that crashes three times in a row is left alone, with its last words and the time', async () => {
    const engine = engineOf('console.error("GGML_ASSERT failed"); process.abort()');
    const errors: ModelError[] = [];
    for (let round = 0; round < 4; round++) errors.push(await failureOf(engine));
    for (const { kind, retryable, message } of errors.slice(0, 3)) {
      expect({ kind, retryable }).toEqual({ kind: 'server', retryable: true });
      expect(message).toContain('ended by SIGABRT');
      expect(message).toContain('GGML_ASSERT failed');
    }
    expect(errors[3]?.message).toMatch(/crashed 3 times in a row and is left alone for 30 s more/);
    expect(errors[3]?.message).toContain('GGML_ASSERT failed');
    expect(errors[3]?.retryAfterMs).toBeGreaterThan(29_000);
    expect(engine.state.state).toBe('cold');
  });

  it('M7: that says nothing is ended, and the call told', async () => {
    const engine = engineOf('process.on("message", () => {})', { idleMs: 400 });
    const error = await failureOf(engine);
    expect(error).toMatchObject({ kind: 'timeout', retryable: true });
    expect(engine.state.state).toBe('cold');
  });

  it('M7: that says what no engine says is ended', async () => {
    const engine = engineOf('process.on("message", () => process.send({ type: "gossip" }))');
    const error = await failureOf(engine);
    expect(error.kind).toBe('server');
    expect(error.message).toContain('said something that no engine says');
  });

  it('M7 X5: that sends what is nested 3,000 times ends, and its host goes on', async () => {
    const deep = 'let deep = 1; for (let at = 0; at < 3000; at++) deep = [deep];';
    const engine = engineOf(
      `${deep} process.on("message", ({ id }) => id === 0 && process.send({ type: "result", id, value: deep }))`,
    );
    expect(await failureOf(engine)).toMatchObject({ kind: 'server', retryable: true });
  });

  it('M7: that breaks while it loads tells why, and is no crash', async () => {
    const broken = '{ type: "broken", kind: "invalid", message: "no such file" }';
    const engine = engineOf(`process.on("message", () => process.send(${broken}))`);
    for (let round = 0; round < 4; round++) {
      const error = await failureOf(engine);
      expect(error).toMatchObject({ kind: 'invalid', message: 'test/m: no such file' });
    }
  });
});

describe("an engine's environment", () => {
  it('M11 X5: holds what libraries need, and no key of a provider', () => {
    const own = {
      PATH: '/bin',
      CUDA_VISIBLE_DEVICES: '0',
      OPENAI_API_KEY: 'sk',
      NODE_OPTIONS: '--x',
      OVERSEER_KEYS: 'k',
    };
    expect(engineEnvironment(own)).toEqual({ PATH: '/bin', CUDA_VISIBLE_DEVICES: '0' });
  });
});

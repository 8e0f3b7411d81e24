import { type MockExchange, startMockService } from '@overseer/adapters/mock-llm';
import { EXIT } from '../../exit-code.ts';
import { pad } from '../../view/width.ts';
import { oneLine } from '../../view/words.ts';
import { type CassetteFlags, cassetteRelay } from './mock-relay.ts';
import { type MockModelFlags, mockSettings } from './mock-settings.ts';

/** What `overseer mock` is told. */
export interface MockFlags extends MockModelFlags, CassetteFlags {
  readonly json?: boolean;
}

/** `overseer mock`: serves mock models until it is interrupted, and tells of each request. Returns the exit code. */
export async function mockCommand(flags: MockFlags): Promise<number> {
  const settings = await mockSettings(flags);
  const { relay, summary, close } = cassetteRelay(flags);
  const json = flags.json === true;
  const say = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  try {
    await using service = await startMockService({
      ...settings,
      ...(relay === undefined ? {} : { relay }),
      onEnded: (exchange) => say(json ? jsonLine(exchange) : line(exchange)),
    });
    const { url, port } = service;
    say(json ? JSON.stringify({ url, port, pid: process.pid }) : directions(url));
    await interrupted();
  } finally {
    close();
  }
  const last = summary();
  if (last !== undefined) process.stderr.write(`${last}\n`);
  return EXIT.done;
}

/** Resolves when the process is told to end, or nobody listens any more. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      process.stdout.off('error', stop);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    process.stdout.on('error', stop);
  });
}

function directions(url: string): string {
  return `Mock models are at ${url}; Ctrl-C ends them.

  overseer          overseer run --base-url ${url}/v1 --model m
  OpenAI            OPENAI_BASE_URL=${url}/v1
  Anthropic         ANTHROPIC_BASE_URL=${url}
  Google            GOOGLE_GEMINI_BASE_URL=${url}
  Cohere            new CohereClientV2({ environment: '${url}' })
  Ollama            OLLAMA_HOST=${url}
  LM Studio         LM_STUDIO_BASE_URL=${url}

Any key will do. Without a scenario every model exists, and its name tells what it does: m, m-tool, m-think, m-slow, err-429-2, cut.
`;
}

function line({ at, method, path, model, status, outcome, rule }: MockExchange): string {
  const time = new Date(at).toISOString().slice(11, 23);
  const words = [`${method} ${path}`, model, status, outcome, rule].filter(
    (word) => word !== undefined && word !== '',
  );
  return oneLine(`${time}  ${pad(words.shift()?.toString() ?? '', 32)} ${words.join('  ')}`);
}

/** Everything but the headers, which have keys in them. */
function jsonLine({ headers: _, ...exchange }: MockExchange): string {
  return JSON.stringify(exchange);
}

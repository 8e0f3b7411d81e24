import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ModelErrorKind } from '@overseer/core/spec';
import type { AdapterDialect } from './every-adapter.fixture.ts';

/** Something that a server does to whoever asks it. */
export interface HostileCase {
  readonly what: string;
  /** How the call may fail. */
  readonly kinds: readonly ModelErrorKind[];
  readonly answer: (socket: Socket, dialect: AdapterDialect) => Promise<void>;
  /** Ms after which the caller gives up. */
  readonly patienceMs?: number;
  /** Ms after which a silent server is given up. */
  readonly idleTimeoutMs?: number;
}

const MIB = 1024 * 1024;
const OK = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';

/** Everything that is tried on every adapter. */
export const hostileCases: readonly HostileCase[] = [
  {
    what: 'headers without end',
    kinds: ['protocol', 'network'],
    answer: (socket) =>
      flood(socket, 'HTTP/1.1 200 OK\r\n', () => `x-more: ${'a'.repeat(4000)}\r\n`),
  },
  {
    what: 'a line of a gigabyte',
    kinds: ['protocol'],
    answer: (socket) => flood(socket, `${OK}data: {"a":"`, () => 'a'.repeat(MIB), 1024),
  },
  {
    what: 'a document of 100 MB in an event',
    kinds: ['protocol'],
    answer: (socket) =>
      flood(socket, `${OK}data: {"choices":[{"delta":{"content":"`, () => 'a'.repeat(MIB), 100),
  },
  {
    what: 'an answer that never ends',
    kinds: ['protocol'],
    answer: (socket, dialect) => {
      const [first, piece] = WORDS[dialect];
      const event = eventOf(dialect);
      return flood(socket, OK + first.map(event).join(''), () => event(piece('a'.repeat(65_536))));
    },
  },
  {
    what: 'a document without end',
    kinds: ['protocol'],
    answer: (socket) =>
      flood(socket, 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"a":"', () =>
        'a'.repeat(MIB),
      ),
  },
  {
    what: 'a refusal without end',
    kinds: ['server'],
    answer: (socket) =>
      flood(socket, 'HTTP/1.1 500 Oh\r\ncontent-type: application/json\r\n\r\n{"a":"', () =>
        'a'.repeat(MIB),
      ),
  },
  {
    what: 'a gzip bomb',
    kinds: ['protocol', 'interrupted'],
    answer: async (socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n',
      );
      const member = gzipSync(Buffer.alloc(32 * MIB, 97));
      for (let nth = 0; nth < 32 && !socket.destroyed; nth++) await send(socket, member);
      socket.end();
    },
  },
  {
    what: 'redirects in a circle',
    kinds: ['protocol', 'network'],
    answer: (socket) =>
      send(
        socket,
        'HTTP/1.1 307 Elsewhere\r\nlocation: /v1/chat/completions\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
      ),
  },
  {
    what: 'a page instead of an answer',
    kinds: ['protocol', 'interrupted'],
    answer: async (socket) => {
      await send(
        socket,
        'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html>Log in</html>\n',
      );
      socket.end();
    },
  },
  {
    what: 'bytes that are no HTTP',
    kinds: ['protocol', 'network'],
    answer: async (socket) => {
      await send(socket, 'SSH-2.0-OpenSSH_9.6\r\n');
      socket.end();
    },
  },
  {
    what: 'comments that drip for ever',
    kinds: ['timeout'],
    patienceMs: 250,
    answer: async (socket, dialect) => {
      // Lines know no comments, but are passed over where they are empty.
      const nothing = dialect === 'ollama-chat' ? '\n' : ': still here\n\n';
      await send(socket, OK);
      while (!socket.destroyed) {
        await send(socket, nothing);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  },
  {
    what: 'nothing at all',
    kinds: ['timeout'],
    idleTimeoutMs: 200,
    answer: () => Promise.resolve(),
  },
];

/** The events of an answer whose account of itself is `usage`, and whose text is `text`, as bytes. */
export function answerWith(
  dialect: AdapterDialect,
  usage: string,
  text: Buffer | string = 'Hi',
): Buffer {
  const [first, piece, last] = WORDS[dialect];
  const marked = [...first, piece('@text@'), ...last(text === 'Hi' ? 'Hi' : '@text@')];
  const body = marked.map(eventOf(dialect)).join('').replaceAll('"@usage@"', usage);
  const pieces = body.split('@text@').map((one) => Buffer.from(one));
  const bytes = pieces.flatMap((one, nth) => (nth === 0 ? [one] : [Buffer.from(text), one]));
  return Buffer.concat([Buffer.from(`${OK.slice(0, -2)}connection: close\r\n\r\n`), ...bytes]);
}

type Words = readonly [
  first: readonly object[],
  piece: (text: string) => object,
  last: (text: string) => readonly object[],
];

const WORDS: Readonly<Record<AdapterDialect, Words>> = {
  'openai-chat': [
    [],
    (content) => ({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content } }] }),
    () => [
      { id: 'c', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      {
        id: 'c',
        model: 'm',
        choices: [],
        usage: { prompt_tokens: '@usage@', completion_tokens: '@usage@', total_tokens: 3 },
      },
    ],
  ],
  'openai-responses': [
    [
      { type: 'response.created', response: { id: 'r', created_at: 1, model: 'm' } },
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'message', id: 'i' },
      },
    ],
    (delta) => ({ type: 'response.output_text.delta', item_id: 'i', delta }),
    (text) => [
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { type: 'message', id: 'i', content: [{ type: 'output_text', text }] },
      },
      {
        type: 'response.completed',
        response: { id: 'r', usage: { input_tokens: '@usage@', output_tokens: '@usage@' } },
      },
    ],
  ],
  'anthropic-messages': [
    [
      {
        type: 'message_start',
        message: { id: 'c', model: 'm', content: [], usage: { input_tokens: 1 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ],
    (text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    () => [
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { input_tokens: '@usage@', output_tokens: '@usage@' },
      },
      { type: 'message_stop' },
    ],
  ],
  'google-content': [
    [],
    (text) => ({ candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0 }] }),
    () => [
      {
        candidates: [{ content: { role: 'model', parts: [] }, finishReason: 'STOP', index: 0 }],
        usageMetadata: { promptTokenCount: '@usage@', candidatesTokenCount: '@usage@' },
      },
    ],
  ],
  'cohere-chat': [
    [
      { type: 'message-start', id: 'c', delta: { message: { role: 'assistant' } } },
      {
        type: 'content-start',
        index: 0,
        delta: { message: { content: { type: 'text', text: '' } } },
      },
    ],
    (text) => ({ type: 'content-delta', index: 0, delta: { message: { content: { text } } } }),
    () => [
      { type: 'content-end', index: 0 },
      {
        type: 'message-end',
        delta: {
          finish_reason: 'COMPLETE',
          usage: { tokens: { input_tokens: '@usage@', output_tokens: '@usage@' } },
        },
      },
    ],
  ],
  'ollama-chat': [
    [],
    (content) => ({ model: 'm', message: { role: 'assistant', content }, done: false }),
    () => [
      {
        model: 'm',
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: 'stop',
        prompt_eval_count: '@usage@',
        eval_count: '@usage@',
      },
    ],
  ],
};

/** Ollama sends lines, all others events. */
function eventOf(dialect: AdapterDialect): (document: object) => string {
  return dialect === 'ollama-chat'
    ? (document) => `${JSON.stringify(document)}\n`
    : (document) => `data: ${JSON.stringify(document)}\n\n`;
}

/** Sends as fast as it is taken, until the other side has had enough. */
async function flood(
  socket: Socket,
  head: string,
  piece: () => string,
  times = Number.POSITIVE_INFINITY,
): Promise<void> {
  const bytes = Buffer.from(piece());
  await send(socket, head);
  for (let nth = 0; nth < times && !socket.destroyed; nth++) await send(socket, bytes);
}

async function send(socket: Socket, bytes: Buffer | string): Promise<void> {
  if (socket.destroyed || socket.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.once('drain', done).once('close', done);
  });
}

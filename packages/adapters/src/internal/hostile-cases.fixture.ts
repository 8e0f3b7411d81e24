import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ModelErrorKind } from '@overseer/core/spec';
import type { AdapterDialect } from './every-adapter.fixture.ts';
import { eventOf, SILENT, WORDS } from './hostile-events.fixture.ts';

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
  /** Most bytes that the server may have sent before it was left; the default is 64 MiB. */
  readonly mostBytes?: number;
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
    what: 'pieces without end that nothing is told of',
    kinds: ['protocol'],
    // The bound of an answer, and what sockets and streams hold.
    mostBytes: 192 * MIB,
    answer: (socket, dialect) => {
      const [first] = WORDS[dialect];
      const event = eventOf(dialect);
      const piece = event(SILENT[dialect]('a'.repeat(65_536)));
      return flood(socket, OK + first.map(event).join(''), () => piece);
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
    what: 'a document of a refused call that drips for ever',
    kinds: ['timeout'],
    idleTimeoutMs: 200,
    answer: async (socket) => {
      await send(socket, 'HTTP/1.1 400 No\r\ncontent-type: application/json\r\n\r\n{"error":"');
      while (!socket.destroyed) {
        await send(socket, 'x');
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

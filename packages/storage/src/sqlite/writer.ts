import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { SqliteDriver } from './driver.ts';
import { explainFailure } from './explain-failure.ts';
import type { JournalFile } from './file/journal-file.ts';
import { openFile } from './file/open-file.ts';
import { IdleWork } from './idle-work.ts';
import type {
  Answered,
  Answers,
  Asked,
  QuestionKind,
  Questions,
  Refusal,
  WriterOptions,
} from './protocol.ts';

// The entry of the writer's thread; in any other thread it does nothing.
if (parentPort !== null) await serve(parentPort, workerData as WriterOptions);

/** Opens the file, says whether that went well (answer number 0), then answers one question after another. */
async function serve(port: MessagePort, options: WriterOptions): Promise<void> {
  const file = await open(options);
  if ('refused' in file) {
    reply(port, { id: 0, answer: file });
    port.close();
    return;
  }
  const idle = new IdleWork(() => file.compact(performance.now()));
  port.on('message', (asked: Asked) => {
    idle.rest();
    reply(port, { id: asked.id, answer: answer(file, asked, options.path) });
    if (asked.kind === 'write') file.checkpointIfDue();
    if (asked.kind === 'close') port.close();
    else idle.await();
  });
  reply(port, { id: 0, answer: undefined });
}

async function open({ driver, ...options }: WriterOptions): Promise<JournalFile | Refusal> {
  try {
    if (driver === undefined) {
      const { openDatabase } = await import('./node-driver.ts');
      const { openReading } = await import('./file/open-reading.ts');
      return openFile({ ...options, openDatabase, openReading });
    }
    const { openDatabase }: SqliteDriver = await import(driver);
    return openFile({ ...options, openDatabase });
  } catch (error) {
    const { message } = explainFailure(error, options.path);
    return {
      refused: 'store.unreachable',
      message: `The SQLite driver could not be loaded. ${message}`,
    };
  }
}

function answer<K extends QuestionKind>(
  file: JournalFile,
  asked: Asked<K>,
  path: string,
): Answers[K] | Refusal {
  try {
    return ANSWER[asked.kind](file, asked.question);
  } catch (error) {
    return explainFailure(error, path);
  }
}

const ANSWER: {
  readonly [K in QuestionKind]: (file: JournalFile, question: Questions[K]) => Answers[K] | Refusal;
} = {
  write: (file, { writes }) => file.write(writes),
  read: (file, { query }) => file.read(query),
  head: (file, { stream }) => file.head(stream),
  streams: (file) => file.streams(),
  blob: (file, { hash }) => file.blob(hash),
  snapshot: (file, { stream, foldVersion }) => file.snapshot(stream, foldVersion),
  lease: (file) => file.lease(),
  take: (file, taking) => file.take(taking),
  close: (file, { leases }) => {
    file.close(leases);
    return undefined;
  },
};

function reply(port: MessagePort, answered: Answered): void {
  port.postMessage(answered);
}

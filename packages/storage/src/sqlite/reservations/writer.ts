import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { SqliteDriver } from '../driver.ts';
import { explainFailure } from '../explain-failure.ts';
import { isRefusal, type Refusal, type WriterOptions } from '../protocol.ts';
import type { ReservationsTalk } from './protocol.ts';
import { ReservationsFile } from './reservations-file.ts';

/** One question on its way. */
type Asked = {
  readonly [K in keyof ReservationsTalk['questions']]: {
    readonly id: number;
    readonly kind: K;
    readonly question: ReservationsTalk['questions'][K];
  };
}[keyof ReservationsTalk['questions']];

// The entry of the thread of shared limits; in any other thread it does nothing.
if (parentPort !== null) await serve(parentPort, workerData as WriterOptions);

/** Opens the file, says whether that went well (answer number 0), then answers one question after another. */
async function serve(port: MessagePort, options: WriterOptions): Promise<void> {
  const file = await open(options);
  if (isRefusal(file)) {
    port.postMessage({ id: 0, answer: file });
    port.close();
    return;
  }
  port.on('message', (asked: Asked) => {
    if (asked.kind === 'apply') {
      port.postMessage({ id: asked.id, answer: file.apply(asked.question.operations) });
      return;
    }
    file.close(asked.question.members);
    port.postMessage({ id: asked.id, answer: undefined });
    port.close();
  });
  port.postMessage({ id: 0, answer: undefined });
}

async function open({
  path,
  driver,
  busyTimeoutMs,
}: WriterOptions): Promise<ReservationsFile | Refusal> {
  try {
    const { openDatabase }: SqliteDriver =
      driver === undefined ? await import('../node-driver.ts') : await import(driver);
    const file = new ReservationsFile({ path, openDatabase, busyTimeoutMs });
    return file.open() ?? file;
  } catch (error) {
    const { message } = explainFailure(error, path);
    return {
      refused: 'store.unreachable',
      message: `The SQLite driver could not be loaded. ${message}`,
    };
  }
}

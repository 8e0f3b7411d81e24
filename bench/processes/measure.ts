import { once } from 'node:events';
import { loadWork, subjectFile } from '../harness/registry.ts';
import { scratch } from '../harness/scratch.ts';
import type { Subject } from '../harness/subject.ts';
import type { Work, WorkSetting } from '../harness/work.ts';

/** What a measuring process is asked: one work, one subject, once. */
export interface MeasureRequest {
  readonly work: string;
  readonly subject: string;
  readonly baseURL: string;
  readonly prepared: WorkSetting['prepared'];
}

const [request] = (await once(process, 'message')) as [MeasureRequest];
const work = await loadWork<Work>('works', request.work);
const { subject }: { readonly subject: Subject } = await import(subjectFile(request.subject).href);
const answer = await measureIn(await scratch(request.work));
process.send?.(answer, () => process.exit(0));

async function measureIn(
  place: Awaited<ReturnType<typeof scratch>>,
): Promise<Readonly<Record<string, number>>> {
  await using held = place;
  const { baseURL, prepared } = request;
  return await work.measure(subject, { baseURL, prepared, folder: held.folder });
}

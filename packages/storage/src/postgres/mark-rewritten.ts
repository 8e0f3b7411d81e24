import type { Connection } from './connection.ts';
import { WRITER_VERSION } from './schema.ts';

/** From now on streams may be written anew, which code that is older than this cannot know: it is refused. */
export async function markRewritten(connection: Connection): Promise<void> {
  await connection.query({
    text: "UPDATE meta SET value = greatest(value, $1) WHERE key = 'min_writer'",
    values: [WRITER_VERSION],
  });
}

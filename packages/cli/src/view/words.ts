/** A time span for people: `0.4 s`, `12 s`, `3 min`, `5 h 20 min`. */
export function span(ms: number): string {
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 119_500) return `${Math.round(ms / 1_000)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** A moment for people: `2026-11-27 10:16:24`, in UTC. */
export function moment(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** Micro-dollars as dollars, with as many digits as are worth something; `-` where nothing was charged. */
export function dollars(microUsd: number): string {
  if (microUsd === 0) return '-';
  const usd = microUsd / 1_000_000;
  return `$${usd.toFixed(usd >= 1 ? 2 : 4)}`;
}

/** A count with thousands set apart. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 task`, `2 tasks`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** What models and tools wrote must not move the cursor or colour the screen. */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
}

/** What starts a new line, somewhere. */
const LINE_BREAK = /[\n\r\v\f\u0085\u2028\u2029]/g;

/** The same in one line: whoever wrote it shall not make it look like several. */
export function oneLine(text: string): string {
  return harmless(text.replace(LINE_BREAK, ' '));
}

/** The same with its lines, all but the first of them indented, so that none passes for a line of ours. */
export function indented(text: string): readonly string[] {
  const [first = '', ...rest] = text.replace(/\r\n/g, '\n').split(LINE_BREAK).map(harmless);
  return [first, ...rest.map((line) => `  ${line}`)];
}

/** What a failed call said, without what its line says already: the model before it, and the advice behind it. */
export function shortFailure(message: string): string {
  const bare = withoutPlace(message);
  // The models that there are help more than any advice.
  return /did you mean|it has /.test(bare) ? bare : (bare.split('; ')[0] ?? bare);
}

/** The reason and where it went, without the advice in between. */
function shortMove(because: string): string {
  const parts = withoutPlace(because).split('; ');
  return parts.length < 3 ? parts.join('; ') : `${parts[0]}; ${parts.at(-1)}`;
}

/** Why an attempt ended, as short as its outcome allows. */
export function shortEnd(outcome: string, because: string): string {
  if (outcome === 'moved') return shortMove(because);
  return outcome === 'failed' ? shortFailure(because) : withoutPlace(because);
}

/** Leaves out where a failure came from (`openai/gpt-5: `), which the line names already. */
export function withoutPlace(message: string): string {
  return message.replace(/(^|[:;] )[\w.-]+\/\S+: /g, '$1');
}

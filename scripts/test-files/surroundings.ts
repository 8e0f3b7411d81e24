/** What all code in a process has in common, by name. */
export type Surroundings = ReadonlyMap<string, unknown>;

type OwnProcess = Pick<NodeJS.Process, 'cwd' | 'env' | 'exitCode' | 'listenerCount' | 'umask'>;

const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'];

/** The runner's own, which tell it which file and test are under way, and those of a library that keeps one of each for its process. */
const KNOWN = /^__(vite|zod_global)/;

/** Reads variables, the folder, the exit code, listeners, globals and what every object inherits. */
export function surroundings(own: OwnProcess, globals: object): Surroundings {
  const found = new Map<string, unknown>([
    ['folder', own.cwd()],
    ['exit code', own.exitCode],
    ['umask', own.umask()],
  ]);
  for (const event of EVENTS) found.set(`listeners of ${event}`, own.listenerCount(event));
  for (const [name, value] of Object.entries(own.env)) found.set(`variable ${name}`, value);
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(globals))) {
    if (!KNOWN.test(name)) found.set(`global ${name}`, property.value ?? property.get);
  }
  for (const type of [Object, Array, Promise, Error]) {
    const members = Object.getOwnPropertyDescriptors(type.prototype);
    for (const [name, { value, get }] of Object.entries(members)) {
      found.set(`${type.name}.prototype.${name}`, value ?? get);
    }
  }
  return found;
}

/** The names of what differs, sorted. */
export function seen(before: Surroundings, after: Surroundings): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => !Object.is(before.get(name), after.get(name))).sort();
}

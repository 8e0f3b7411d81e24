/** Time that passed and processor time that was used, both in µs. */
export interface Spent {
  readonly wallUs: number;
  /** User and system time of the whole process, all threads. */
  readonly cpuUs: number;
}

/** Does something and tells what it took. */
export async function measured(work: () => Promise<unknown>): Promise<Spent> {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  await work();
  const wallUs = (performance.now() - wall) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wallUs, cpuUs: user + system };
}

import type { ModelRequest, OpenStore } from '@overseer/core/spec';

/** Something that is measured. It offers what it can do; a work uses the part it needs and refuses a subject without it. */
export interface Subject {
  readonly caller?: (setting: CallSetting) => Promise<Caller>;
  readonly stepper?: (setting: StepSetting) => Promise<Stepper>;
  readonly recorder?: (setting: RecorderSetting) => Promise<Recorder>;
  /** Its store at a path. */
  readonly store?: (path: string) => OpenStore;
  readonly thread?: (setting: ThreadSetting) => Promise<Thread>;
  readonly answers?: (setting: AnswersSetting) => Promise<Answers>;
  readonly limiter?: () => Promise<LimiterBench>;
  readonly reserver?: (folder: string) => Promise<Reserver>;
  readonly scheduler?: () => Promise<SchedulerBench>;
  readonly start?: (prepared: Readonly<Record<string, string>>) => Start;
}

/** Keeps limits that several processes share, on disk. */
export interface Reserver extends AsyncDisposable {
  /** Reserves in three limits and settles that, so many times, so many of them at once. */
  pairs(count: number, inFlight: number): Promise<void>;
}

/** How many answers are kept at once. */
export interface AnswersSetting {
  readonly entries: number;
}

/** Keeps answers and gives them to equal requests. */
export interface Answers extends AsyncDisposable {
  keep(request: ModelRequest, answer: string): void;
  /** `undefined` where it has none. */
  find(request: ModelRequest): string | undefined;
  /** Works `runs` runs of `tasks` tasks, of which all but the first run were answered before; for subjects that do more than keep. */
  work?(runs: number, tasks: number): Promise<void>;
}

/** Where a caller finds the model service, and how many calls it must bear at once. */
export interface CallSetting {
  readonly baseURL: string;
  readonly inFlight: number;
  /** An empty folder on a real disk. */
  readonly folder: string;
}

/** Sees a piece of an answer. */
export type OnText = (text: string) => void;

/** Asks a model and reads its answer as a stream. */
export interface Caller extends AsyncDisposable {
  /** Answers one prompt; `onText` gets its pieces as they come. */
  call?(prompt: string, onText?: OnText): Promise<string>;
  /** Answers many prompts, for subjects that keep as many in flight as they are told by themselves. */
  callAll?(prompts: readonly string[]): Promise<readonly string[]>;
}

/** How steps without a model are made. */
export interface StepSetting {
  /** Chains of steps that run at once. */
  readonly producers: number;
  /** An empty folder on a real disk. */
  readonly folder: string;
}

/** Runs chains of steps, one step after the other in each, and all chains at once. */
export interface Stepper extends AsyncDisposable {
  /** Resolves when every chain has made `steps` steps. */
  run(steps: number): Promise<StepsDone>;
}

/** What a run of steps left behind. */
export interface StepsDone {
  /** How many events were recorded for it. Asked for after the measurement, as counting may read them all. */
  events(): Promise<number>;
}

/** Where events are recorded. */
export interface RecorderSetting {
  /** An empty folder on a real disk. */
  readonly folder: string;
}

/** Records events of about 512 bytes, one by one. */
export interface Recorder extends AsyncDisposable {
  /** Resolves when one more event is as durable as it will be. */
  record(): Promise<void>;
}

/** What one long thread of steps carries. */
export interface ThreadSetting {
  /** An empty folder on a real disk. */
  readonly folder: string;
  /** The content that step `index` adds. */
  readonly content: (index: number) => string;
}

/** One thread whose every step adds to what is stored. */
export interface Thread extends AsyncDisposable {
  /** Makes `steps` steps in a new thread, calling `onStep` as each begins. */
  run(steps: number, onStep: (index: number) => void): Promise<void>;
}

/** A limiter under measurement. */
export interface LimiterBench extends AsyncDisposable {
  /** How many of `callers` that come within one boundary burst of a limit of 5 a second are admitted within 100 ms around the boundary. */
  burst?(): Promise<number>;
  /** Asks for admission `times` times over five limits with `live` entries each; resolves when all were answered. */
  admit?(live: number, times: number): Promise<void>;
  /** How many of 1,000 calls of $0.10 that come at once run on $5 a day, and what is held once they have ended. */
  spend?(): Promise<{ readonly run: number; readonly held: number }>;
}

/** A scheduler under measurement. */
export interface SchedulerBench extends AsyncDisposable {
  /** Queues `count` tasks with priorities, flows, deadlines as far as it can, and runs them to the end with no work in them; resolves when all ran. */
  run(count: number): Promise<void>;
  /** Queues `count` such tasks and leaves them there, so that what they take can be seen. */
  hold?(count: number): void;
}

/** A library as it is installed, and what importing and starting it takes. */
export interface Start {
  /** Absolute path of the folder whose `node_modules` holds it. */
  readonly folder: string;
  readonly modules: readonly string[];
  /** Counts only these packages, where the folder is shared with others. */
  readonly only?: readonly string[];
  /** JavaScript that makes it ready for its first task; `library` is the first module. */
  readonly ready?: string;
  /** What the type checker instantiates for its smallest program. */
  readonly typeInstantiations?: number;
}

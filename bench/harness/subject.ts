/** Something that is measured. It offers what it can do; a work uses the part it needs and refuses a subject without it. */
export interface Subject {
  readonly caller?: (setting: CallSetting) => Promise<Caller>;
  readonly stepper?: (setting: StepSetting) => Promise<Stepper>;
  readonly thread?: (setting: ThreadSetting) => Promise<Thread>;
  readonly limiter?: (setting: LimiterSetting) => Promise<Limiter>;
  readonly start?: (prepared: Readonly<Record<string, string>>) => Start;
}

/** Where a caller finds the model service, and how many calls it must bear at once. */
export interface CallSetting {
  readonly baseURL: string;
  readonly inFlight: number;
  /** An empty folder on a real disk. */
  readonly folder: string;
}

/** Asks a model and reads its answer as a stream. */
export interface Caller extends AsyncDisposable {
  /** Answers one prompt. */
  call?(prompt: string): Promise<string>;
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

/** What holds calls back. */
export interface LimiterSetting {
  readonly limits: readonly {
    readonly counts: 'calls' | 'tokens' | 'microUsd';
    readonly capacity: number;
    readonly windowMs: number;
  }[];
  /** Epoch ms. A limiter that can be told the time goes by this; others go by the system's, which then is the same. */
  readonly now: () => number;
}

/** What a call uses. */
export interface Used {
  readonly tokens: number;
  readonly microUsd: number;
}

/** Lets calls start while all limits allow it. */
export interface Limiter extends AsyncDisposable {
  /** Starts a call if that is allowed now, in full; gives how to end it with what it used, `undefined` where it may not start. */
  start(use: Used): Started | undefined | Promise<Started | undefined>;
  /** What calls that have not ended hold of all limits together, for those that can say. */
  held?(): number;
}

/** Ends a call. */
export type Started = (used: Used) => void;

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

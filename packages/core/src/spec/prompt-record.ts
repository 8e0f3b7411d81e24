/** One layer's text in a prompt; each line of the prompt belongs to exactly one section. */
export interface PromptSection {
  readonly layer:
    | 'system'
    | 'role'
    | 'model'
    | 'framework'
    | 'examples'
    | 'project'
    | 'history'
    | 'task';
  readonly id: string;
  readonly version: string;
  readonly text: string;
}

/** How a framework judged a prompt before it was sent. */
export interface FrameworkReport {
  readonly id: string;
  readonly version: string;
  /** 0 to 100. */
  readonly score: number;
  readonly pass: boolean;
  /** Rules that failed: `id: message`. */
  readonly failed: readonly string[];
  /** What each component held, internal ones included. */
  readonly components: Readonly<Record<string, string>>;
}

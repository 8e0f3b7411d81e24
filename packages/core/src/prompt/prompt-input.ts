import type {
  Finding,
  Framework,
  FrameworkReport,
  Message,
  ModelInfo,
  PlanTask,
  PromptSection,
  Role,
  TaskKind,
  ToolDescription,
} from '../spec/index.ts';
import type { PromptCaps } from './prompt-caps.ts';

/** What a task that this one needs has given. */
export interface PromptInputTask {
  readonly key: string;
  readonly title: string;
  readonly output: string;
}

/** An attempt that failed, and why. */
export interface PromptAttempt {
  readonly answer: string;
  readonly findings: readonly Finding[];
  readonly because: string;
}

/** What is known to work, and not to work, with the model at this kind of task. */
export interface PromptPractices {
  /** What people noted. */
  readonly notes: readonly string[];
  /** What its answers were refused for more than once; untrusted. */
  readonly findings: readonly string[];
}

/** Everything that a prompt is made of. */
export interface PromptInput {
  readonly task: PlanTask;
  readonly roleName: string;
  readonly role: Role;
  readonly modelName: string;
  readonly model: ModelInfo;
  readonly goodAt: readonly TaskKind[];
  readonly framework: Framework | undefined;
  /** Facts about the project, in Markdown; untrusted. */
  readonly context: string | undefined;
  readonly tools: readonly ToolDescription[];
  /** Outputs of the tasks that this one needs; untrusted. */
  readonly inputs: readonly PromptInputTask[];
  readonly practices?: PromptPractices;
  /** Failed attempts, oldest first; untrusted. */
  readonly history: readonly PromptAttempt[];
  /** How much untrusted text it may carry; the default is by the model's window. */
  readonly caps?: PromptCaps;
}

/** A prompt, ready to be stored and sent. */
export interface ComposedPrompt {
  /** In the order of their lines: those of the first message, then those of the second. */
  readonly sections: readonly PromptSection[];
  /** One of role `system`, one of role `user`. */
  readonly messages: readonly Message[];
  /** What enforcement found; present where a framework was given. */
  readonly framework?: FrameworkReport;
}

import { z } from 'zod';
import type { ChatMessage } from './transformers.ts';

/** A request as the engine takes it. */
export interface OnnxRequest {
  readonly messages: readonly ChatMessage[];
  readonly stop: readonly string[];
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
}

export const onnxRequest: z.ZodType<OnnxRequest> = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  stop: z.array(z.string()),
  maxTokens: z.int().positive().exactOptional(),
  temperature: z.number().exactOptional(),
  topP: z.number().exactOptional(),
});

/** What an engine is ordered to open. */
export interface OnnxOpen {
  readonly folder: string;
  readonly task: 'text' | 'vectors';
  readonly dtype: string;
  readonly device: string;
  readonly contextWindow?: number;
}

export const onnxOpen: z.ZodType<OnnxOpen> = z.object({
  folder: z.string(),
  task: z.enum(['text', 'vectors']),
  dtype: z.string(),
  device: z.string(),
  contextWindow: z.int().positive().exactOptional(),
});

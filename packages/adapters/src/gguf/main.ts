import { serveEngine } from '../engine/serve-engine.ts';
import { openLlamaEngine } from './llama-engine.ts';

serveEngine(openLlamaEngine);

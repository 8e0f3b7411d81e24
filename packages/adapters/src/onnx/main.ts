import { serveEngine } from '../engine/serve-engine.ts';
import { openOnnxEngine } from './onnx-engine.ts';

serveEngine(openOnnxEngine);

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';

// A thread that does nothing: what holds its event loop is the machine.
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
parentPort?.once('message', () => parentPort?.postMessage(delays.percentile(99) / 1e6));

/**
 * How a model is connected. `connected`: it answered last, if only to refuse; `connecting`: it is asked, and nothing was heard of it
 * yet or it did not answer before, or it is being loaded; `disconnected`: it did not answer, or nothing was asked of it yet.
 */
export type ModelConnection = 'connected' | 'connecting' | 'disconnected';

/**
 * What a model is at. `processing`: a call is under way; `error`: it is left alone after failures; `validating`: an answer of it is
 * checked; `waiting`: something keeps its next call back; `ready`: it has a task, whose next call may begin; `idle`: it has nothing to
 * do. Where several are true, the first of these.
 */
export type ModelWork = 'idle' | 'ready' | 'waiting' | 'processing' | 'validating' | 'error';

/**
 * Whether a model could take a call: `ready`; `cold`: it loads at its next call; `busy`: it takes no more calls now, or is being loaded;
 * `down`: it cannot be used now.
 */
export type ModelReadiness = 'ready' | 'cold' | 'busy' | 'down';

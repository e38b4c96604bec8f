import type { Logger } from '../ports/system.js'

/** Logs nothing: what a library does unless it is told otherwise. */
export const SILENT_LOG: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

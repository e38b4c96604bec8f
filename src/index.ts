/**
 * The library: a whole backend of one GraphQL schema in your own process.
 *
 * @packageDocumentation
 */
export { DataFolderError, type DataFolderFailure } from './adapters/embedded/store/dataFolderError.js'
export { compileSchema } from './compiler/compile.js'
export { defineConfig, type OcgConfig } from './deploy/config/ocgConfig.js'
export { AppError } from './errors/appError.js'
export { ERROR_CODES, type ErrorCode } from './errors/codes.js'
export type { Diagnostic, Source, SourcePosition } from './errors/diagnostic.js'
export { renderDiagnostic, renderDiagnostics } from './errors/renderDiagnostic.js'
export { type Backend, type BackendOptions, openBackend, SchemaError } from './host/openBackend.js'
export type { Host } from './host/openHost.js'
export type * from './model/types.js'
export type { Logger } from './ports/system.js'
export type { ImportRow } from './runtime/import/importRow.js'
export type { ImportOptions, ImportResult } from './runtime/import/importRows.js'
export type { Auth } from './server/auth.js'
export type { ApiResult, ExecuteRequest } from './server/execute.js'
export { createLogger, type LoggerOptions } from './server/logger.js'

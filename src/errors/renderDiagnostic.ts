import pc from 'picocolors'
import type { Diagnostic, SourcePosition } from './diagnostic.js'

export interface RenderOptions {
  /** Whether to use ANSI colours. Default: false. */
  readonly colors?: boolean
}

/**
 * A diagnostic as text for a terminal, an overlay or a log: message, place, frame, hint and related places. No
 * newline at the end.
 *
 * @example console.error(renderDiagnostic(diagnostic, { colors: process.stderr.isTTY }))
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  const paint = pc.createColors(options.colors ?? false)
  const severity = diagnostic.severity === 'error' ? paint.red('error') : paint.yellow('warning')
  const parts = [
    `${paint.bold(severity)} ${paint.bold(diagnostic.code)}: ${diagnostic.message}`,
    `  ${paint.dim('at')} ${paint.cyan(place(diagnostic.position))}`,
    '',
    indent(paintFrame(diagnostic.frame, paint)),
  ]
  if (diagnostic.hint !== undefined) parts.push('', `  ${paint.green('hint:')} ${hang(diagnostic.hint)}`)
  for (const { message, position } of diagnostic.related ?? []) {
    parts.push(`  ${paint.dim('see:')} ${message} (${paint.cyan(place(position))})`)
  }
  return parts.join('\n')
}

/** All diagnostics one below the other, with a line that counts them. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions = {}): string {
  const texts = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options))
  return [...texts, summary(diagnostics)].join('\n\n')
}

function summary(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const warnings = diagnostics.length - errors
  const parts = []
  if (errors > 0 || warnings === 0) parts.push(count(errors, 'error'))
  if (warnings > 0) parts.push(count(warnings, 'warning'))
  return parts.join(', ')
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

function place({ file, line, column }: SourcePosition): string {
  return `${file}:${line}:${column}`
}

function paintFrame(frame: string, paint: ReturnType<typeof pc.createColors>): string {
  return frame
    .split('\n')
    .map((line) => {
      if (line.startsWith('>')) return line
      if (/^ +\| [ \t]*\^+$/.test(line)) return paint.red(line)
      return paint.dim(line)
    })
    .join('\n')
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}

/** Further lines of a hint stand below its first. */
function hang(hint: string): string {
  return hint.split('\n').join('\n        ')
}

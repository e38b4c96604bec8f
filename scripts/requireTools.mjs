// What a suite runs on beside Node, checked before it begins.
import { execFileSync } from 'node:child_process'

const JDK = 'a Java 17 JDK (Debian: apt install openjdk-17-jdk-headless)'

export const JAVA = { command: 'java', args: ['--version'], pattern: /^\S+ (\d+)/, least: 17, name: JDK }
export const JAVAC = { command: 'javac', args: ['--version'], pattern: /^javac (\d+)/, least: 17, name: JDK }
export const MAVEN = {
  command: 'mvn',
  args: ['--version'],
  pattern: /Apache Maven (\d+)/,
  least: 3,
  name: 'Maven 3 (Debian: apt install maven)',
}
export const CC = {
  command: 'cc',
  args: ['-dumpversion'],
  pattern: /^(\d+)/,
  least: 4,
  name: 'a C compiler (Debian: apt install gcc libc6-dev)',
}
export const PYTHON = {
  command: 'python3',
  args: ['-c', 'import venv, sys; print("Python", sys.version_info.minor)'],
  pattern: /^Python (\d+)/,
  least: 9,
  name: 'Python 3.9 with venv (Debian: apt install python3 python3-venv)',
}

/** Ends the process with 2, and says what to install, unless the machine has all of it. */
export function requireTools(suite, tools) {
  const missing = new Set(tools.filter((tool) => !isThere(tool)).map(({ name }) => name))
  if (missing.size === 0) return
  const list = [...missing].map((one) => `  ${one}\n`).join('')
  process.stderr.write(`${suite} needs what this machine has not:\n${list}`)
  process.exit(2)
}

function isThere({ command, args, pattern, least }) {
  try {
    const output = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return Number(pattern.exec(output)?.[1]) >= least
  } catch {
    return false
  }
}

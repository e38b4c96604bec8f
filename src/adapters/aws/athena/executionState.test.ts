import { expect, it } from 'vitest'
import { executionState, namingExecutionState } from './executionState.js'

const BEGIN = Date.UTC(2026, 10, 21)

function execution(minutes: number, State: 'SUCCEEDED' | 'FAILED' | 'RUNNING', StateChangeReason = '') {
  const CompletionDateTime = new Date(BEGIN + minutes * 60_000)
  return {
    Status: { State, StateChangeReason, SubmissionDateTime: new Date(BEGIN), CompletionDateTime },
  }
}

it('takes no answer that came so late that objects may have been gone', () => {
  const late = execution(34, 'SUCCEEDED')
  expect(executionState(late, BEGIN)).toMatchObject({ state: 'SUCCEEDED' })
  expect(namingExecutionState(late, BEGIN)).toMatchObject({ state: 'FAILED', reason: 'unavailable' })
  expect(namingExecutionState(execution(32, 'SUCCEEDED'), BEGIN)).toMatchObject({ state: 'SUCCEEDED' })
  expect(namingExecutionState(execution(90, 'RUNNING'), BEGIN)).toEqual({ state: 'RUNNING' })
})

it('has no statement started again that names what is gone, and tells other failures as they are', () => {
  const gone = execution(1, 'FAILED', 'HIVE_CANNOT_OPEN_SPLIT: Error Code: NoSuchKey')
  expect(executionState(gone, BEGIN)).toMatchObject({ reason: 'lakeChanged' })
  expect(namingExecutionState(gone, BEGIN)).toMatchObject({ state: 'FAILED', reason: 'unavailable' })
  const fault = execution(40, 'FAILED', 'DIVISION_BY_ZERO: /')
  expect(namingExecutionState(fault, BEGIN)).toMatchObject({ state: 'FAILED', reason: 'failed' })
})

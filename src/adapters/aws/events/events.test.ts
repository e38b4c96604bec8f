import { describe, expect, it } from 'vitest'
import { deadLetterItem, projectionLetter } from '../../../runtime/changes/deadLetter.js'
import { executionEventOf } from './executionEvent.js'
import { cascadeMessageOf, deletionMessageOf } from './messages.js'
import { replayEventOf, replayEventOfRecords } from './replayEvent.js'
import { changeRecordOf, type StreamRecord } from './streamEvent.js'
import { streamBatchOf } from './streamFailure.js'

const IMAGE = {
  entityType: { S: 'user' },
  createdAt: { S: '2024-01-01T00:00:00.000Z' },
  _incarnation: { S: 'i' },
  _rev: { N: '7' },
  name: { S: 'Ada' },
}

const RECORD: StreamRecord = {
  eventSource: 'aws:dynamodb',
  dynamodb: {
    Keys: { PK: { S: 'user#u1' }, SK: { S: 'user#u1' } },
    OldImage: { ...IMAGE, _rev: { N: '6' } },
    NewImage: IMAGE,
    SequenceNumber: '421584500000000017450439091',
    ApproximateCreationDateTime: 1_704_067_200.5,
  },
}

describe('a record of the stream', () => {
  it('gives the hint that a change is', () => {
    const image = { entityType: 'user', createdAt: '2024-01-01T00:00:00.000Z', incarnation: 'i' }
    expect(changeRecordOf(RECORD)).toEqual({
      sequence: '421584500000000017450439091',
      changedAt: 1_704_067_200_500,
      isReplay: false,
      change: {
        key: { PK: 'user#u1', SK: 'user#u1' },
        old: { ...image, rev: 6 },
        new: { ...image, rev: 7 },
      },
    })
  })

  it('of a removal has no new image', () => {
    const { NewImage: _, ...dynamodb } = RECORD.dynamodb as object & { NewImage: unknown }
    expect(changeRecordOf({ dynamodb })?.change).not.toHaveProperty('new')
  })

  it.each([
    [
      'an item without a revision',
      { ...RECORD.dynamodb, OldImage: {}, NewImage: { entityType: { S: 'task' } } },
    ],
    ['nothing', undefined],
  ])('of %s gives none', (_name, dynamodb) => {
    expect(changeRecordOf({ dynamodb })).toBeUndefined()
  })

  it('is the same change when it comes back as a dead letter, and says that it does', () => {
    const record = changeRecordOf(RECORD)
    if (!record) throw new Error('There is no change.')
    const item = deadLetterItem(record, { error: 'No.', attempts: 7, now: Date.UTC(2024, 1, 1) })
    const letter = projectionLetter(JSON.parse(JSON.stringify(item)))
    expect(letter).toMatchObject({ source: 'projection', error: 'No.', attempts: 7 })
    expect(replayEventOf(letter).Records.map(changeRecordOf)).toEqual([{ ...record, isReplay: true }])
  })
})

describe('records that are replayed', () => {
  it('are the same changes without what makes them long; others are left out', () => {
    const long = {
      ...RECORD,
      dynamodb: { ...RECORD.dynamodb, NewImage: { ...IMAGE, text: { S: 'x'.repeat(9999) } } },
    }
    const event = replayEventOfRecords([
      long,
      { dynamodb: { ...RECORD.dynamodb, OldImage: {}, NewImage: {} } },
    ])
    expect(event.Records.map(changeRecordOf)).toEqual([{ ...changeRecordOf(RECORD), isReplay: true }])
    expect(JSON.stringify(event).length).toBeLessThan(1000)
  })
})

describe('a message of the on-failure queue', () => {
  const body = {
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 51 },
    version: '1.0',
    DDBStreamBatchInfo: {
      shardId: 'shardId-00000001573689847184-864758bb',
      startSequenceNumber: '800000000003126276362',
      endSequenceNumber: '800000000003126276365',
      approximateArrivalOfFirstRecord: '2019-11-14T00:13:19Z',
      approximateArrivalOfLastRecord: '2019-11-14T00:13:19Z',
      batchSize: 2,
      streamArn: 'arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06.388',
    },
  }

  it('tells where the records are', () => {
    expect(streamBatchOf(JSON.stringify(body))).toEqual({
      streamArn: body.DDBStreamBatchInfo.streamArn,
      shardId: 'shardId-00000001573689847184-864758bb',
      startSequenceNumber: '800000000003126276362',
      endSequenceNumber: '800000000003126276365',
      batchSize: 2,
      arrivedAt: '2019-11-14T00:13:19Z',
    })
  })

  it.each(['', 'no JSON', 'null', '{}', '{"DDBStreamBatchInfo":{"shardId":1}}'])('is none: %s', (text) => {
    expect(streamBatchOf(text)).toBeUndefined()
  })
})

describe('a message of a queue', () => {
  it.each([
    { taskId: 't' },
    { taskId: 't', resume: { step: 'remove' } },
    { taskId: 't', resume: { step: 'wait', at: '100' } },
    { taskId: 't', id: 'm', resume: { step: 'remove', at: '100' } },
  ])('is read as it was sent: %j', (message) => {
    expect(deletionMessageOf(JSON.stringify(message))).toEqual(message)
  })

  it.each([
    '',
    '[]',
    'null',
    '"t"',
    '{}',
    '{"taskId":1}',
    '{"taskId":"t","id":1}',
    '{"taskId":"t","resume":{"step":"all"}}',
  ])('is none: %s', (body) => {
    expect(deletionMessageOf(body)).toBeUndefined()
    expect(cascadeMessageOf(body)).toBeUndefined()
  })

  it('of a cascade names an incarnation', () => {
    const message = { entityType: 'user', entityId: 'u', incarnation: 'i' }
    expect(cascadeMessageOf(JSON.stringify({ ...message, more: 1 }))).toEqual(message)
    expect(cascadeMessageOf(JSON.stringify({ ...message, incarnation: null }))).toBeUndefined()
    const start = { PK: 'a', SK: 'b' }
    expect(cascadeMessageOf(JSON.stringify({ ...message, start }))).toEqual({ ...message, start })
    expect(cascadeMessageOf(JSON.stringify({ ...message, start: { PK: 1 } }))).toBeUndefined()
  })
})

describe('an event of EventBridge', () => {
  const detail = {
    versionId: '0',
    currentState: 'SUCCEEDED',
    queryExecutionId: 'e1',
    workgroupName: 'OCG-shop',
    sequenceNumber: '3',
  }
  const event = { 'detail-type': 'Athena Query State Change', detail }

  it.each([
    ['a success', event, { executionId: 'e1' }],
    [
      'a failure, with its error',
      { ...event, detail: { ...detail, currentState: 'FAILED', athenaError: { errorCategory: 2 } } },
      { executionId: 'e1' },
    ],
    ['the schedule', { 'detail-type': 'Scheduled Event', detail: {} }, 'sweep'],
    ['a state that is not the last', { ...event, detail: { ...detail, currentState: 'QUEUED' } }, undefined],
    ['another workgroup', { ...event, detail: { ...detail, workgroupName: 'OCG-shop-dev' } }, undefined],
    ['another matter', { 'detail-type': 'Athena Engine Version Change', detail }, undefined],
    ['nothing', {}, undefined],
  ])('about %s', (_name, given, expected) => {
    expect(executionEventOf(given, 'OCG-shop')).toEqual(expected)
  })
})

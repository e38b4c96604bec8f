import type { Committer } from './committer.js'
import { type Environment, renewReads } from './environment.js'
import { metaValue, putMetaValue } from './meta.js'
import { soundRead } from './repeatedReads.js'
import type { FieldHistoryText } from './store.js'

/** The history of fields among the store's single values. */
export function lmdbFieldHistory(environment: Environment, committer: Committer): FieldHistoryText {
  return {
    read: () =>
      soundRead(() => {
        renewReads(environment)
        return metaValue(environment, NAME)
      }),
    write: (text) => committer.run(() => putMetaValue(environment, NAME, text)),
  }
}

const NAME = 'fieldHistory'

import { sqlEngineConformance } from '../../conformance/sqlEngine.js'
import { openBatchesLake } from '../servers/athena/batchesLake.js'

sqlEngineConformance('Athena with layout batches', async () => {
  const lake = await openBatchesLake()
  return {
    engine: lake.engine,
    relations: lake.relations,
    /** Half of what is put is in the base, the other half in batches over it. */
    async put(...items) {
      const half = (which: number) => items.filter((_, at) => at % 2 === which)
      await lake.put(...half(0))
      await lake.fold()
      await lake.put(...half(1))
    },
    close: lake.close,
  }
})

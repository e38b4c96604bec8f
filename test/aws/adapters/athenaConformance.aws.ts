import { sqlEngineConformance } from '../../conformance/sqlEngine.js'
import { openAthenaLake } from '../servers/athena/athenaLake.js'

sqlEngineConformance('Athena', async () => {
  const lake = await openAthenaLake()
  return {
    engine: lake.engine(),
    async put(...items) {
      await lake.put(...items)
    },
    close: () => lake.close(),
  }
})

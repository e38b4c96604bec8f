import { lakeManifestsConformance } from '../conformance/lakeManifests.js'
import { MemoryManifests } from './memoryManifests.js'

lakeManifestsConformance('memory', async () => {
  const manifests = new MemoryManifests()
  return { manifests, withRoomFor: (batches) => manifests.withRoomFor(batches) }
})

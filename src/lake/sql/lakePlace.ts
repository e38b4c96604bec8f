/** Where the lake's objects are. */
export interface LakePlace {
  /** What stands before an object's key in its address: `s3://bucket/`. */
  readonly root: string
}

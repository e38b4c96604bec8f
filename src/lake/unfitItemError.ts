/** An item does not fit its table. Only a damaged item or one of another model does that. */
export class UnfitItemError extends Error {
  override readonly name = 'UnfitItemError'
}

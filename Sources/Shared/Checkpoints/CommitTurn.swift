/// What a caller who wants a record durable is told; see `GroupCommit`.
enum CommitTurn: Equatable, Sendable {
    /// Write the batch, then say `committed` or `failed`. The caller's own record begins at `offset`.
    case lead(batch: [UInt8], offset: Int)
    /// The record is durable, and begins at `offset`.
    case done(offset: Int)
    /// The record was not written, or is not known to be durable.
    case refused(CheckpointError)
}

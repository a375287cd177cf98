import Postgres

/// The statements about batches.
extension Statement {
    static let addBatchedCall = load("add_batched_call", PackageResources.add_batched_call_sql)
    static let readBatchedCalls = load("read_batched_calls", PackageResources.read_batched_calls_sql)
    static let forgetBatchedCall = load("forget_batched_call", PackageResources.forget_batched_call_sql)
    static let makeBatch = load("make_batch", PackageResources.make_batch_sql)
    static let takeBatch = load("take_batch", PackageResources.take_batch_sql)
    static let readBatch = load("read_batch", PackageResources.read_batch_sql)
    static let readSentBatches = load("read_sent_batches", PackageResources.read_sent_batches_sql)
    static let tryBatch = load("try_batch", PackageResources.try_batch_sql)
    static let putBatchDown = load("put_batch_down", PackageResources.put_batch_down_sql)
    static let failBatchedCalls = load("fail_batched_calls", PackageResources.fail_batched_calls_sql)
    static let endBatch = load("end_batch", PackageResources.end_batch_sql)
    static let pruneBatches = load("prune_batches", PackageResources.prune_batches_sql)
    static let readLeftCalls = load("read_left_calls", PackageResources.read_left_calls_sql)
    static let settleLeftCall = load("settle_left_call", PackageResources.settle_left_call_sql)
}

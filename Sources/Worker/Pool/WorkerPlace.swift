package import Settings

/// The failpoints of a worker.
package typealias WorkerFailpoints = Failpoints<WorkerPlace>

/// The named places of a worker, in the order in which a step with an intent passes them.
package enum WorkerPlace: String, CaseIterable, Sendable {
    case beforeIntent = "before-intent"
    /// The intent is written, nothing is sent.
    case beforeSend = "before-send"
    /// The first part of an answer has come; for tools, the call was sent.
    case duringAnswer = "during-answer"
    /// The answer is whole, and not recorded.
    case afterAnswer = "after-answer"
    /// The record is durable, the intent is not settled.
    case afterCheckpoint = "after-checkpoint"
    case afterSettlement = "after-settlement"
    /// The handler has returned, its job has not been ended.
    case beforeEnd = "before-end"

    // A call that is given to a batch.
    /// Its intent is written, and it waits for no batch yet.
    case batchBeforeAdd = "batch-before-add"
    /// That the batch is about to be sent is noted, nothing that costs money is sent.
    case batchBeforeSend = "batch-before-send"
    /// The provider has taken the batch, and what it calls it is not noted.
    case batchAfterSend = "batch-after-send"
    case batchAfterNote = "batch-after-note"
    /// The answers are in the store, and nobody knows.
    case batchAfterResults = "batch-after-results"
    case batchAfterEnd = "batch-after-end"
}

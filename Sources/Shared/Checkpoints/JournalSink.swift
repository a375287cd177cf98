/// The end of one journal, where bytes are added.
///
/// Closed when it goes out of use.
package protocol JournalSink: Sendable {
    /// Adds bytes behind all others.
    ///
    /// They are durable when it returns. After an error nothing more may be added: how much was written is not known.
    /// Callers never add two things at once. Cancellation does not interrupt it.
    func append(_ bytes: [UInt8]) async throws
}

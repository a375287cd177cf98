/// The body of a response as pieces of bytes, none of them empty.
///
/// At most `Transfer.highWater` bytes and one read of the network wait unread: then the peer is held back until the
/// reader goes on. Cancelling the reading task ends the transfer at once. Only one iterator may read a body.
package struct HTTPBody: AsyncSequence, Sendable {
    /// Reads the pieces in their order.
    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let handle: TransferHandle

        /// The next piece, or nil at the end of the body.
        ///
        /// - Throws: `HTTPTransportError` when the body breaks off, `CancellationError` when the task is cancelled.
        package mutating func next() async throws -> [UInt8]? { try await handle.transfer.nextChunk() }
    }

    let handle: TransferHandle

    /// Starts to read.
    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(handle: handle) }

    /// Reads to the end.
    ///
    /// - Throws: `HTTPTransportError.tooLarge` as soon as more than `maximumBytes` came; then the transfer is over.
    package func collect(maximumBytes: Int) async throws -> [UInt8] {
        var collected: [UInt8] = []
        for try await chunk in self {
            guard collected.count + chunk.count <= maximumBytes else {
                handle.transfer.cancel()
                throw HTTPTransportError.tooLarge(limit: maximumBytes)
            }
            collected.append(contentsOf: chunk)
        }
        return collected
    }
}

import Synchronization

/// Bounds what all requests together hold of a gateway's memory.
package final class BodyRoom: Sendable {
    /// What a request has of the room; given back when nobody holds it any more.
    package final class Share: Sendable {
        private let room: BodyRoom
        private let bytes = Mutex(0)

        fileprivate init(_ room: BodyRoom) { self.room = room }

        deinit { room.give(bytes.withLock { $0 }) }

        /// Takes more.
        ///
        /// - Throws: `GatewayRefusal` when there is no room.
        package func take(_ count: Int) throws(GatewayRefusal) {
            try room.take(count)
            bytes.withLock { $0 += count }
        }
    }

    private let limit: Int
    private let taken = Mutex(0)

    /// - Parameter limit: In bytes, by default 256 MiB.
    package init(limit: Int = 256 << 20) { self.limit = limit }

    package func share() -> Share { Share(self) }

    private func take(_ count: Int) throws(GatewayRefusal) {
        let fits = taken.withLock { taken in
            guard taken + count <= limit else { return false }
            taken += count
            return true
        }
        guard !fits else { return }
        throw GatewayRefusal(.unavailable, "the requests under way have \(limit) bytes already; ask again later")
    }

    private func give(_ count: Int) { taken.withLock { $0 -= count } }
}

import Synchronization

/// Bounds what many requests, or many answers, together hold of a gateway's memory.
///
/// A room within another one bounds the part of a single program, so that no program takes the others' memory.
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

        /// Gives back all that it has.
        package func empty() {
            room.give(
                bytes.withLock { bytes in
                    defer { bytes = 0 }
                    return bytes
                }
            )
        }
    }

    /// What a single program may have of the 256 MiB that all have together: 96 MiB.
    static let partOfOne = 96 << 20

    private let limit: Int
    private let outer: BodyRoom?
    private let taken = Mutex(0)

    /// - Parameters:
    ///   - limit: In bytes, by default 256 MiB.
    ///   - outer: The room that this one is a part of.
    package init(limit: Int = 256 << 20, within outer: BodyRoom? = nil) {
        self.limit = limit
        self.outer = outer
    }

    package func share() -> Share { Share(self) }

    private func take(_ count: Int) throws(GatewayRefusal) {
        guard count <= limit else {
            throw GatewayRefusal(
                .tooLarge,
                "the request takes \(count) bytes of memory when it is read, and may take \(limit)"
            )
        }
        let fits = taken.withLock { taken in
            guard taken + count <= limit else { return false }
            taken += count
            return true
        }
        guard fits else {
            let whose = outer == nil ? "all programs" : "this program"
            throw GatewayRefusal(
                .unavailable,
                "the requests and answers of \(whose) under way have \(limit) bytes already; ask again later"
            )
        }
        do {
            try outer?.take(count)
        } catch {
            taken.withLock { $0 -= count }
            throw error
        }
    }

    private func give(_ count: Int) {
        taken.withLock { $0 -= count }
        outer?.give(count)
    }
}

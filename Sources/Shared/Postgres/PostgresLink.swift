import CLibPQ

/// A connection of libpq with its socket, held by the actor alone.
final class PostgresLink: @unchecked Sendable {
    // @unchecked: made on one thread, handed over, and used on the reactor's from then on.

    let handle: ConnectionHandle
    let descriptor: Int32

    init(_ handle: consuming ConnectionHandle) {
        descriptor = PQsocket(handle.pointer)
        self.handle = handle
    }
}

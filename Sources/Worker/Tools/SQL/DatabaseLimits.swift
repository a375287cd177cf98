/// What one statement may take.
package struct DatabaseLimits: Sendable, Equatable {
    /// How long each of the server's steps may take, by default 30 seconds: the statement's start, and every further
    /// fetch of rows.
    package var time: Duration = .seconds(30)

    /// How many rows are returned, by default 1,000; the rest is left in the server.
    package var rows = 1000

    /// How many bytes of values are returned, by default 4 MiB; the row that crosses the limit is left out.
    package var bytes = 4 << 20

    package init() {}
}

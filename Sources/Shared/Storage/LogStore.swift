package import JobModel
package import Postgres

/// Keeps what jobs say.
package struct LogStore: Sendable {
    /// Where a line comes from.
    package enum Stream: String, Sendable {
        /// The machine, about the job.
        case event
        case stdout
        case stderr
        /// What a model wrote.
        case model
    }

    /// One line of one job.
    package struct Line: Sendable {
        package var run: RunID
        package var job: JobID
        package var epoch: LeaseEpoch
        package var stream: Stream
        package var text: String
        /// How long ago it was said.
        package var ago: Duration

        package init(run: RunID, job: JobID, epoch: LeaseEpoch, stream: Stream, text: String, ago: Duration) {
            self.run = run
            self.job = job
            self.epoch = epoch
            self.stream = stream
            self.text = text
            self.ago = ago
        }
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Keeps lines, in their order.
    package func add(_ lines: [Line]) async throws {
        guard !lines.isEmpty else { return }
        _ = try await pool.query(
            Statement.addLogLines,
            [
                .array(lines.map(\.run.rawValue)), .array(lines.map(\.job.rawValue)),
                .array(lines.map(\.epoch.rawValue)), .array(lines.map { Optional($0.stream.rawValue) }),
                .array(lines.map { Optional($0.text.filter { $0 != "\0" }) }),
                .array(lines.map(\.ago.wholeMicroseconds)), .null,
            ]
        )
    }
}

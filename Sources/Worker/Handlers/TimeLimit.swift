import JobModel

/// Bounds how long a piece of work may take.
enum TimeLimit {
    /// Runs `body`, and cancels it when it takes longer than `limit`.
    ///
    /// - Parameter name: The key of the workflow file that set the limit.
    /// - Throws: A `JobFailure` with the code `limit-time` when the limit was reached.
    static func run<Value: Sendable>(
        _ limit: Duration?,
        named name: String,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let limit else { return try await body() }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await ContinuousClock().sleep(for: limit)
                throw JobFailure(
                    code: "limit-time",
                    message: "the attempt took longer than \(name), \(limit.shortText)"
                )
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}

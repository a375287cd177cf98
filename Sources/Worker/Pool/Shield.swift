/// Lets the last write of a cancelled job finish.
enum Shield {
    /// Runs `body` to its end although the calling task is cancelled.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await Task { try await body() }.value
    }
}

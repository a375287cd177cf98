/// Work that Ctrl-C may end.
enum Interruptible {
    private enum Outcome<Value: Sendable>: Sendable {
        case done(Value)
        case interrupted
    }

    /// Runs `body`, and cancels it when a signal comes.
    ///
    /// - Returns: What `body` returned, or nil when a signal came first; then `body` has ended too.
    static func run<Value: Sendable>(
        until signals: AsyncStream<Int32>,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Outcome<Value>.self) { group in
            group.addTask { .done(try await body()) }
            group.addTask {
                for await _ in signals { return .interrupted }
                // The stream ended because this task was cancelled, or no signal can come any more.
                try await Task.sleep(for: .seconds(Int64.max >> 32))
                return .interrupted
            }
            defer { group.cancelAll() }
            switch try await group.next() {
            case .done(let value): return value
            case .interrupted, nil: return nil
            }
        }
    }
}

/// What a tool is given besides its arguments.
package struct ToolContext: Sendable {
    /// The same for every try at this call and no other; handed to programs and servers that honour one.
    package let idempotencyKey: String

    /// A directory of the attempt's own.
    package let scratchDirectory: String

    /// What programs find in their environment; the worker's own is never handed on.
    package let environment: [String: String]

    /// Takes one line for the job's log.
    package let log: @Sendable (String) -> Void

    package init(
        idempotencyKey: String,
        scratchDirectory: String,
        environment: [String: String] = [:],
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.idempotencyKey = idempotencyKey
        self.scratchDirectory = scratchDirectory
        self.environment = environment
        self.log = log
    }
}

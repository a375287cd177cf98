internal import Worker

/// What the code of one tool call has.
public struct ToolContext: Sendable {
    /// The same in every attempt at this call, and of no other call: 40 to 300 ASCII characters.
    ///
    /// Hand it to a service that honours one, and it does nothing twice.
    public let idempotencyKey: String
    private let write: @Sendable (String) -> Void

    init(_ call: CodeTool.Call) {
        idempotencyKey = call.idempotencyKey
        write = call.log
    }

    /// Writes to the job's log, which `chassis logs` shows.
    public func log(_ text: String) { write(text) }
}

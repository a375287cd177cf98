/// What the servers of an attempt's tools may use, and where they are heard.
package struct ToolServerRoom: Sendable {
    /// A directory of the attempt's own.
    package let scratchDirectory: String
    /// Makes the directory, when something is to lie there.
    package let prepare: @Sendable () throws -> Void
    /// Takes one line for the job's log.
    package let log: @Sendable (String) -> Void

    package init(
        scratchDirectory: String,
        prepare: @escaping @Sendable () throws -> Void = {},
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.scratchDirectory = scratchDirectory
        self.prepare = prepare
        self.log = log
    }
}

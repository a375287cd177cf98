/// What `chassis dev` was asked for.
struct DevOptions: Equatable, Sendable {
    /// Absolute.
    var state: String
    /// The address of a database that exists; nil for a private one.
    var postgres: String?
    var workers = 2
    var port: UInt16 = 8420
    /// The example to run; nil for none.
    var example: String?
    var model = ModelChoice.scripted
    /// Ends after the example.
    var endsAfterExample = false
}

internal import JobModel
internal import Worker

/// Why a step, a call or a job failed, as people are told.
public struct JobError: Error, CustomStringConvertible {
    /// What happened: in lower case, with the values, and what to do if that is known.
    public let message: String
    /// A stable word, such as `timeout`; docs/errors.md lists those of the machine.
    public let code: String
    /// Whether another attempt cannot help, so that none is made.
    public let isPermanent: Bool
    /// Whether it is certain that the step or call did nothing, so that it may be done again whatever its effect.
    public let nothingHappened: Bool
    private let failure: JobFailure

    /// An error of your own.
    ///
    /// - Parameters:
    ///   - message: What happened; people see it.
    ///   - code: A word by which scripts and `retry.on` know it.
    ///   - isPermanent: Whether another attempt cannot help.
    ///   - nothingHappened: Whether it is certain that the step or call did nothing.
    public init(
        _ message: String,
        code: String = "handler-failed",
        isPermanent: Bool = false,
        nothingHappened: Bool = false
    ) {
        self.init(
            JobFailure(code: code, message: message, isPermanent: isPermanent),
            nothingHappened: nothingHappened
        )
    }

    init(_ failure: JobFailure, nothingHappened: Bool = false) {
        message = failure.message
        code = failure.code
        isPermanent = failure.isPermanent
        self.nothingHappened = nothingHappened
        self.failure = failure
    }

    /// The code and the message.
    public var description: String { failure.description }

    var codeFailure: CodeFailure { CodeFailure(failure, nothingHappened: nothingHappened) }

    /// Shows callers the failures of the machine as errors of this type.
    static func facing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let failure as JobFailure {
            throw JobError(failure)
        } catch let error as CodeFailure {
            throw JobError(error.failure, nothingHappened: error.nothingHappened)
        }
    }
}

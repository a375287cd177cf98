import JobModel

/// A model as a job names it: `connection/model`.
struct ModelReference: Equatable, Sendable, CustomStringConvertible {
    let connection: String
    let model: String

    /// - Throws: A permanent `JobFailure` that says what to write instead.
    init(_ text: String) throws(JobFailure) {
        let parts = text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else {
            throw JobFailure(
                code: "model-unknown",
                message: "\"\(text)\" names no model; write connection/model",
                isPermanent: true
            )
        }
        connection = String(parts[0])
        model = String(parts[1])
    }

    var description: String { "\(connection)/\(model)" }
}

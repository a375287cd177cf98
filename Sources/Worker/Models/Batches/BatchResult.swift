package import JobModel

/// What became of one request of a batch.
package struct BatchResult: Sendable {
    package enum Outcome: Equatable, Sendable {
        case answered(ModelAnswer)
        /// It was not answered, and is not paid for.
        case failed(JobFailure)
        /// What stands there is no answer, and may be paid for.
        case unreadable(String)
    }

    /// The key of the request.
    package let key: String
    package let outcome: Outcome

    /// The provider refused the request.
    static func refused(_ report: ProviderReport, by endpoint: ModelEndpoint, status: Int? = nil) -> Outcome {
        guard report.type != "batch_expired" else { return expired }
        let passing = ["overloaded_error", "api_error", "rate_limit_error", "timeout_error", "server_error"]
        let isPassing = status.map { $0 == 429 || $0 >= 500 } ?? passing.contains(report.type ?? "")
        let text = [status.map { "status \($0)" }, report.type, report.message].compactMap(\.self).filter {
            !$0.isEmpty
        }
        return .failed(
            JobFailure(
                code: "model",
                message: "\(endpoint.name) did not answer a request of the batch: "
                    + endpoint.redacted(text.joined(separator: ", ")),
                isPermanent: !isPassing,
                kind: status.flatMap(JobFailure.Kind.init(status:))
            )
        )
    }

    /// The batch took longer than its provider gives it.
    static let expired = Outcome.failed(
        JobFailure(
            code: "batch-expired",
            message: "the provider's time for the batch was over before it came to this request",
            kind: .timeout
        )
    )

    static let cancelled = Outcome.failed(
        JobFailure(code: "batch-cancelled", message: "the batch was cancelled at the provider", isPermanent: true)
    )
}

extension JSONValue {
    /// An object without some of its members.
    func without(_ names: String...) -> JSONValue {
        guard case .object(var members) = self else { return self }
        for name in names { members[name] = nil }
        return .object(members)
    }

    /// The id of a provider's object, which goes into addresses.
    func plainID() throws(ModelError.Reason) -> String {
        guard let id = self["id"]?.stringValue, (1...256).contains(id.utf8.count),
            id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !Array("/?#%&\\\"".utf8).contains($0) })
        else { throw .malformed("it has no id that can be used: \(ModelExchange.excerpt(encoded()))") }
        return id
    }
}

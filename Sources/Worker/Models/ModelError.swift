package import JobModel

/// Why a model gave no complete answer.
///
/// It holds neither the key nor the value of a header, also when the provider repeats them in its message.
package struct ModelError: Error, Equatable, Sendable {
    /// What happened.
    package enum Reason: Error, Equatable {
        /// The request cannot be sent as it is.
        case invalidRequest(String)
        /// No connection came about, so the provider never saw the request.
        case unreachable(String)
        /// The provider answered with a status other than 2xx; `type` is its own word for the fault, nil for none.
        case status(code: Int, type: String?, retryAfter: Duration?, message: String)
        /// The provider took the request and fell silent, or was over the time limit.
        case stalled(String)
        /// The answer broke off.
        case cutStream(String)
        /// What came is no answer.
        case malformed(String)
        /// The provider reported an error in the middle of its answer; `type` is its own word for it, nil for none.
        case reported(type: String?, message: String)
    }

    /// The longest message of a provider that is passed on, in bytes.
    package static let maximumMessageBytes = 500

    /// The name of the connection.
    package let connection: String
    /// What happened.
    package let reason: Reason

    /// An error of a connection.
    package init(connection: String, reason: Reason) {
        self.connection = connection
        self.reason = reason
    }

    /// Whether the same request may be answered if it is sent again.
    package var isRetryable: Bool {
        switch reason {
        case .invalidRequest: false
        case .unreachable, .stalled, .cutStream, .malformed: true
        // 429 is also said when the account has no money left, and waiting does not help then.
        case .status(429, let type, _, _): type != "insufficient_quota"
        case .status(let code, _, _, _): [408, 409, 425].contains(code) || code >= 500 && ![501, 505].contains(code)
        case .reported(let type, _): !Self.finalTypes.contains(type ?? "")
        }
    }

    /// How long the provider asked to be left alone; nil when it did not ask.
    package var retryAfter: Duration? {
        if case .status(_, _, let retryAfter, _) = reason { retryAfter } else { nil }
    }

    /// What kind of fault it is, for a job's retries.
    package var kind: JobFailure.Kind? {
        switch reason {
        case .unreachable, .cutStream: .network
        case .stalled: .timeout
        case .status(let code, _, _, _): JobFailure.Kind(status: code)
        case .invalidRequest, .malformed, .reported: nil
        }
    }

    /// Whether the provider may have worked on the request, and so may bill it.
    package var mayHaveBeenPaid: Bool {
        switch reason {
        case .invalidRequest, .unreachable: false
        case .status(let code, _, _, _): Self.doubtfulStatuses.contains(code)
        case .stalled, .cutStream, .malformed, .reported: true
        }
    }

    /// The statuses behind which the provider may have worked on a request: a gateway that lost or left what stands behind it does not
    /// know what that did.
    package static let doubtfulStatuses: Set<Int> = [408, 502, 504, 520, 522, 523, 524]

    /// Whether another model may answer where this one never will: the model is not known, or not for this key, or
    /// there is no money left for it.
    package var isOfThisModelAlone: Bool {
        switch reason {
        case .status(let code, let type, _, let message):
            [401, 402, 403, 404, 410].contains(code) || code == 429
                || Self.unknownModelTypes.contains(type ?? "")
                || code == 400 && message.contains("model identifier is invalid")
        case .reported(let type, _): Self.accountTypes.contains(type ?? "")
        case .invalidRequest, .unreachable, .stalled, .cutStream, .malformed: false
        }
    }

    /// The types of reported errors that come again however often the request is sent.
    private static let finalTypes: Set<String> = accountTypes.union([
        "invalid_request_error", "request_too_large", "context_length_exceeded", "validationException",
        "INVALID_ARGUMENT", "invalid_prompt",
    ])

    /// Those among them that are about the account or the model, not the request.
    private static let accountTypes: Set<String> = unknownModelTypes.union([
        "authentication_error", "permission_error", "not_found_error", "insufficient_quota", "billing_error",
        "accessDeniedException", "resourceNotFoundException",
    ])

    private static let unknownModelTypes: Set<String> = ["model_not_found", "invalid_model", "model_not_supported"]
}

extension ModelError: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .invalidRequest(let text): "the request to \(connection) cannot be sent: \(text)"
        case .unreachable(let text): "\(connection) cannot be reached: \(text)"
        case .status(let code, _, _, let message):
            "\(connection) answered \(code)\(advice(for: code))" + (message.isEmpty ? "" : ": \(message)")
        case .stalled(let text): "\(connection) took the request and did not complete its answer: \(text)"
        case .cutStream(let text): "the answer of \(connection) broke off: \(text)"
        case .malformed(let text): "what \(connection) sent is no answer: \(text)"
        case .reported(let type, let message):
            "\(connection) reported an error in its answer" + (type.map { " (\($0))" } ?? "") + ": \(message)"
        }
    }

    private func advice(for code: Int) -> String {
        switch code {
        case 300..<400: ", a redirect; check the connection's base URL"
        case 400: "; check the model's name, the settings and the size of the request"
        case 401: "; check the connection's key"
        case 403: "; check what the connection's key is allowed"
        case 404: "; check the model's name and the connection's base URL"
        case 413: "; the request is too large"
        case 429: "; too many requests, or the account has no quota left"
        default: ""
        }
    }
}

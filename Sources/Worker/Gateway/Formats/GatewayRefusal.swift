package import JobModel

/// An answer of the gateway's own, in the words of the provider that the program believes to speak with.
package struct GatewayRefusal: Error, Equatable, Sendable {
    package enum Reason: String, CaseIterable, Sendable {
        case unauthenticated, forbidden
        /// People have denied the call.
        case denied
        /// The request took too long to arrive.
        case late
        case notFound = "not_found"
        case tooLarge = "too_large"
        case invalid
        /// A budget has no room for the call.
        case budget
        /// The connection has no room for the call, for longer than a program should wait.
        case held
        /// The job must not go on.
        case stopped
        /// What the provider sent is no answer; it may have been paid for.
        case badAnswer = "bad_answer"
        /// The provider cannot be reached.
        case unreachable
        /// The gateway itself cannot work now.
        case unavailable

        var status: Int {
            switch self {
            case .unauthenticated: 401
            case .forbidden, .denied, .held, .stopped: 403
            case .notFound: 404
            case .late: 408
            case .tooLarge: 413
            case .invalid: 400
            case .budget: 402
            case .badAnswer, .unreachable: 502
            case .unavailable: 503
            }
        }

        /// Whether asking again may help; official clients obey `x-should-retry`.
        var isWorthARetry: Bool {
            switch self {
            case .unauthenticated, .forbidden, .denied, .notFound, .tooLarge, .invalid, .budget, .held, .stopped,
                .badAnswer:
                false
            case .late, .unreachable, .unavailable: true
            }
        }
    }

    /// What a client that has gone before it could be answered would read; half of a connection is no connection.
    static let clientHasGone = GatewayRefusal(
        .unavailable,
        "the client has closed its side of the connection before its request was dealt with; keep it open"
    )

    package var reason: Reason
    package var message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = "chassis: " + message
    }

    /// The body, as a family of providers writes its errors.
    ///
    /// - Parameter status: The status that it is sent with, by default its own.
    package func json(_ family: WireFormat.Family, status: Int? = nil) -> JSONValue {
        switch family {
        case .openAI:
            return [
                "error": [
                    "message": .string(message), "type": .string(openAIType), "param": nil,
                    "code": .string("chassis_" + reason.rawValue),
                ]
            ]
        case .anthropic:
            return ["type": "error", "error": ["type": .string(anthropicType), "message": .string(message)]]
        case .gemini:
            return [
                "error": [
                    "code": .integer(Int64(status ?? reason.status)), "message": .string(message),
                    "status": .string(geminiStatus),
                ]
            ]
        }
    }

    private var openAIType: String {
        switch reason {
        case .unauthenticated: "authentication_error"
        case .forbidden, .denied, .stopped: "permission_error"
        case .notFound, .late, .tooLarge, .invalid: "invalid_request_error"
        case .budget, .held: "insufficient_quota"
        case .badAnswer, .unreachable, .unavailable: "server_error"
        }
    }

    private var anthropicType: String {
        switch reason {
        case .unauthenticated: "authentication_error"
        case .forbidden, .denied, .held, .stopped: "permission_error"
        case .notFound: "not_found_error"
        case .tooLarge: "request_too_large"
        case .late, .invalid: "invalid_request_error"
        case .budget: "billing_error"
        case .badAnswer, .unreachable, .unavailable: "api_error"
        }
    }

    private var geminiStatus: String {
        switch reason {
        case .unauthenticated: "UNAUTHENTICATED"
        case .forbidden, .denied, .stopped: "PERMISSION_DENIED"
        case .notFound: "NOT_FOUND"
        case .late: "DEADLINE_EXCEEDED"
        case .tooLarge, .invalid: "INVALID_ARGUMENT"
        case .budget, .held: "RESOURCE_EXHAUSTED"
        case .badAnswer: "INTERNAL"
        case .unreachable, .unavailable: "UNAVAILABLE"
        }
    }
}

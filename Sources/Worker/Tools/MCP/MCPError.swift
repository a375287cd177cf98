import JobModel

/// What a server says when it does not carry out a request.
package struct MCPFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The versions of the protocol that the server speaks, behind -32022.
    static let unsupportedVersion: Int64 = -32022
    /// The codes that only a server of the stateless protocol answers with.
    static let statelessCodes: ClosedRange<Int64> = -32099 ... -32020

    let code: Int64
    /// At most 4,000 characters of what it says.
    let message: String
    let supportedVersions: [String]

    init(_ value: JSONValue) {
        code = value["code"]?.integerValue ?? 0
        message = String((value["message"]?.stringValue ?? value.text()).prefix(4_000))
        supportedVersions = (value["data"]?["supported"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    package var description: String { "\(message) (\(code))" }
}

/// Why a request to an MCP server has no result.
enum MCPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The server answered that it does not carry it out.
    case refused(MCPFault)
    /// The server answered, with more than is taken.
    case tooLarge(limit: Int)
    /// The server took the request and no answer came: whether it was carried out is unknown.
    case lost(String)
    /// No answer came in time; the server may still be at it.
    case timedOut(Duration)
    /// The request did not reach a server that could have carried it out.
    case unreachable(String)
    /// The server had ended before the request, which was not sent; a new one may be started.
    case gone(String)
    /// The server turned the request away with this status, so it did not carry it out.
    case rejected(status: Int, String)
    /// The server knows our session no more, so it did not carry out the request.
    case sessionEnded

    var description: String {
        switch self {
        case .refused(let fault): "the server refused: \(fault)"
        case .tooLarge(let limit): "the server's answer is larger than \(limit) bytes and was dropped"
        case .lost(let reason): reason
        case .timedOut(let limit): "the server did not answer within \(limit)"
        case .unreachable(let reason): reason
        case .gone(let reason): reason
        case .rejected(let status, let reason): "the server answered \(status): \(reason)"
        case .sessionEnded: "the server has ended the session"
        }
    }
}

import HTTPTransport
import Recordings
import Tools

extension KeptAnswer {
    /// The headers of an answer that clients read; all others belong to the one connection on which it came.
    private static let keptHeaders = ["Content-Type", "x-request-id", "request-id", "openai-model", "openai-version"]

    /// What is kept of a provider's headers.
    static func kept(_ headers: HTTPHeaders, _ redactor: Redactor) -> HTTPHeaders {
        HTTPHeaders(keptHeaders.compactMap { name in headers[name].map { (name, redactor.redacted($0)) } })
    }
}

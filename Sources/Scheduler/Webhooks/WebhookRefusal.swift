package import JobModel

/// Why a request to a webhook is refused.
package enum WebhookRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    case headerMissing(String)
    case signatureWrong
    /// It was signed more than five minutes ago, or ahead of time.
    case tooOld
    case noJSON(String)
    case noEvent(NewEvent.Fault)

    package var description: String {
        switch self {
        case .headerMissing(let name): "the header \(name) is missing, so nobody has signed this"
        case .signatureWrong: "the signature is not that of this body under the webhook's secret"
        case .tooOld: "it was not signed within the last five minutes; see whether the sender's clock is right"
        case .noJSON(let reason): "the body is neither JSON nor a form: \(reason)"
        case .noEvent(let fault): "\(fault)"
        }
    }
}

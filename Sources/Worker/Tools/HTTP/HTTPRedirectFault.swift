package import HTTPTransport

/// Why a redirect was not followed to its end.
///
/// The request that it answers arrived and was carried out, so none of this says that nothing was sent. Safe to show to a
/// model.
package enum HTTPRedirectFault: Error, Equatable, CustomStringConvertible {
    /// It leads where it may not, or nobody can read where.
    case refused(HTTPRefusal)
    /// Where it leads gave no answer.
    case failed(HTTPTransportError)

    /// Whether the same redirect is refused again each time.
    package var isRefusal: Bool {
        switch self {
        case .refused, .failed(.addressNotAllowed), .failed(.invalidRequest): true
        case .failed: false
        }
    }

    package var description: String {
        let reason =
            switch self {
            case .refused(let refusal): refusal.description
            case .failed(let error): error.description
            }
        return "the request was sent and answered with a redirect that was not followed: \(reason)"
    }
}

/// How far a transfer had come.
package enum HTTPTransferPhase: Equatable, Sendable {
    /// No byte of the request has been sent.
    case connecting
    /// The request was on its way or had arrived; nothing had come back but perhaps the header.
    case waiting
    /// Part of the body had come back.
    case receiving
}

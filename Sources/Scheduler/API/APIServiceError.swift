/// Why the API cannot be served.
package enum APIServiceError: Error, Equatable, CustomStringConvertible {
    /// The address is taken, not of this machine, or forbidden.
    case cannotListen(host: String, port: Int, reason: String)

    package var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason):
            "cannot listen on \(host):\(port): \(reason); choose another address with --listen HOST:PORT"
        }
    }
}

/// What can go wrong between a worker and its gateway.
package enum GatewayError: Error, Equatable, CustomStringConvertible {
    /// The gateway's process cannot be started.
    case cannotStart(path: String, reason: String)
    /// The gateway's process has ended, or says nothing that can be understood.
    case gone
    /// The gateway said why it cannot work.
    case refused(String)

    package var description: String {
        switch self {
        case .cannotStart(let path, let reason):
            "the gateway cannot be started: \(path): \(reason); chassis-worker must lie beside this program"
        case .gone: "the gateway's process has ended; the next attempt starts another one"
        case .refused(let reason): "the gateway cannot work: \(reason)"
        }
    }
}

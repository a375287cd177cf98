/// How a run of a program ended.
package enum ProgramEnding: Sendable, Equatable, CustomStringConvertible {
    /// The program ended by itself with this status, 0 to 255.
    case exited(Int32)
    /// The program was ended by this signal, which the worker did not send.
    case signalled(Int32)
    /// The program had not ended when its time was over; its processes were ended.
    case timedOut(after: Duration)
    /// The program's processes together took more than they may, and were ended; what exactly, for people.
    case exceeded(String)
    /// The program was not started, for this reason; nothing of it ran.
    case notStarted(reason: String)

    package var description: String {
        switch self {
        case .exited(let status): "exited with status \(status)"
        case .signalled(let number): "was ended by signal \(number)"
        case .timedOut(let limit): "was ended because it ran longer than \(limit)"
        case .exceeded(let what): "was ended: \(what)"
        case .notStarted(let reason): "was not started: \(reason)"
        }
    }
}

/// Why a tool or a program gave no result at all.
///
/// What the world answered – a refused statement, a status of 500, a program that exits with 3 – is a result. This is
/// for what leaves nothing to record.
package enum ToolsError: Error, Equatable {
    /// `chassis-guard`, without which no program is run, does not lie where the setting says.
    case guardMissing(path: String)
    /// The command line, or one argument or variable of it, is longer than the operating system takes.
    case argumentsTooLong
    /// The guard could not be started or watched.
    case guardFailed(reason: String)
    /// The operating system refused something every run needs, such as a descriptor.
    case noSystemResource(what: String, errno: Int32)
    /// A workflow names a file that the worker's programs directory does not hold.
    case programMissing(name: String, directory: String)
    /// A workflow names a file by `programs:` that does not lie in the worker's programs directory.
    case programOutsideDirectory(name: String)
    /// A model was to write SQL as a role that can leave SQL: a superuser, or one with the server's files or programs.
    case roleTooPowerful(connection: String)
    /// There was no way to the other side, and nothing was done there; the same call may be made again.
    case unreachable(connection: String, reason: String)
    /// A connection cannot be used as it is written.
    case unusable(connection: String, reason: String)
    /// The call was sent and no answer came: whether it took effect is unknown.
    case outcomeUnknown(tool: String, reason: String)

    /// Whether it is certain that nothing happened, so that the call may be made again whatever its effect.
    package var nothingHappened: Bool {
        switch self {
        case .guardMissing, .argumentsTooLong, .noSystemResource, .programMissing, .programOutsideDirectory,
            .roleTooPowerful, .unreachable, .unusable:
            true
        case .guardFailed, .outcomeUnknown: false
        }
    }

    /// Whether the same call fails again until somebody has changed the workflow or a connection.
    package var isPermanent: Bool {
        switch self {
        case .roleTooPowerful, .programOutsideDirectory, .argumentsTooLong, .unusable: true
        case .guardMissing, .guardFailed, .noSystemResource, .programMissing, .unreachable, .outcomeUnknown: false
        }
    }
}

extension ToolsError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        switch self {
        case .guardMissing(let path):
            "no chassis-guard at \(path); install it there or set its path"
        case .argumentsTooLong:
            "an argument or variable of the program is longer than the operating system takes (128 KiB); "
                + "pass large values by standard input, as with input of a command, or by a file"
        case .guardFailed:
            "chassis-guard could not be run or watched"
        case .noSystemResource(let what, let errno):
            "the operating system refused \(what): error \(errno)"
        case .programMissing(let name, let directory):
            "no program \(name) in the worker's programs directory \(directory)"
        case .programOutsideDirectory(let name):
            "the program \(name) does not lie in the worker's programs directory; name it without .., / and links out"
        case .roleTooPowerful(let connection):
            "the role of connection \(connection) is a superuser or may use the server's files or programs; give the "
                + "connection a role of its own"
        case .unreachable(let connection, _):
            "no way to \(connection); nothing was done there"
        case .unusable(let connection, let reason):
            "the connection \(connection) cannot be used: \(reason)"
        case .outcomeUnknown(let tool, _):
            "the outcome of \(tool) is unknown: it was sent and no answer came"
        }
    }

    package var debugDescription: String {
        switch self {
        case .guardFailed(let reason), .unreachable(_, let reason), .outcomeUnknown(_, let reason):
            "\(description): \(reason)"
        case .guardMissing, .argumentsTooLong, .noSystemResource, .programMissing, .programOutsideDirectory,
            .roleTooPowerful, .unusable:
            description
        }
    }
}

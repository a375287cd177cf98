/// What the `chassis` command ends with.
///
/// Scripts rely on the numbers; `docs/cli.md` lists them.
package enum CommandStatus: Int32, Sendable {
    case success = 0
    /// The run that was followed, or whose output was asked for, failed or was cancelled; or `dev` could not go on.
    case unsuccessful = 1
    /// The command line is wrong.
    case usage = 2
    /// The workflow or its params were refused.
    case refused = 3
    /// The scheduler or the database cannot be reached, answers with a fault of its own, or does not let this token in.
    case unreachable = 4
    /// There is no such thing, or its state does not allow what was asked for.
    case conflict = 5
    /// Stopped by Ctrl-C, as a shell reports it.
    case interrupted = 130
}

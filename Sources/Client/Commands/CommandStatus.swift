/// What the `chassis` command ends with.
///
/// Scripts rely on the numbers; `docs/cli.md` lists them.
package struct CommandStatus: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    /// The status of a program that this one ran in its place.
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let success = CommandStatus(rawValue: 0)
    /// The run that was followed, or whose output was asked for, failed or was cancelled; or `dev` could not go on.
    package static let unsuccessful = CommandStatus(rawValue: 1)
    /// The command line is wrong.
    package static let usage = CommandStatus(rawValue: 2)
    /// The workflow or its params were refused.
    package static let refused = CommandStatus(rawValue: 3)
    /// The scheduler or the database cannot be reached, answers with a fault of its own, or does not let this token in.
    package static let unreachable = CommandStatus(rawValue: 4)
    /// There is no such thing, or its state does not allow what was asked for.
    package static let conflict = CommandStatus(rawValue: 5)
    /// A step may have happened, and must not happen twice; as `sysexits.h` says that nothing can be done now.
    package static let unknown = CommandStatus(rawValue: 75)
    /// People have denied a step; as `sysexits.h` says that permission is missing.
    package static let denied = CommandStatus(rawValue: 77)
    /// Stopped by Ctrl-C, as a shell reports it.
    package static let interrupted = CommandStatus(rawValue: 130)
}

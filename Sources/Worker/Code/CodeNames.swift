import Checkpoints
import JobModel

/// Gives the steps of a handler their positions: the name, and the how manieth of that name it is.
///
/// Another attempt must give the same step the same position. In the handler's own task steps begin one after the other,
/// in the order of the code, so a name may come again there. Between tasks nobody knows the order: a name that is used in
/// another task is used once.
struct CodeNames: Sendable {
    /// Of a name that was used.
    private struct Use {
        var count = 1
        var isInOwnTask: Bool
    }

    /// The longest name, which leaves room for a round.
    static let maximumLength = 80

    private var uses: [String: Use] = [:]

    /// The position of the next step of a name.
    ///
    /// - Parameter isInOwnTask: Whether it begins in the task in which the handler was called.
    /// - Throws: `JobFailure` for a name that is none, or whose order cannot be told.
    mutating func position(of name: String, isInOwnTask: Bool) throws(JobFailure) -> StepPosition {
        let occurrence: Int
        if var use = uses[name] {
            guard use.isInOwnTask, isInOwnTask else { throw Self.ambiguous(name) }
            use.count += 1
            occurrence = use.count
            uses[name] = use
        } else {
            occurrence = 1
            uses[name] = Use(isInOwnTask: isInOwnTask)
        }
        guard name.utf8.count <= Self.maximumLength, !name.contains("/"),
            let position = try? StepPosition.step(named: name, occurrence: occurrence)
        else {
            throw JobFailure(
                code: "step-name",
                message: "\(name.debugDescription) names no step; "
                    + "use 1 to \(Self.maximumLength) letters, digits or _ - . :",
                isPermanent: true
            )
        }
        return position
    }

    private static func ambiguous(_ name: String) -> JobFailure {
        JobFailure(
            code: "steps-ambiguous",
            message:
                "two steps are named \(name) and not both begin in the handler's own task, so another attempt could "
                + "take one for the other; give each a name of its own, such as \(name)-1",
            isPermanent: true
        )
    }
}

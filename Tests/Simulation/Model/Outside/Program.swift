import Checkpoints
import JobModel

/// What the jobs of a history do, step by step.
struct Program: Sendable {
    enum Step: Equatable, Sendable {
        /// It costs nothing and changes nothing.
        case plain
        /// A call that costs so much, and at most so much.
        case paid(cost: Int, most: Int)
        case tool(Effect, UnknownPolicy)
        /// A person is asked first.
        case approval
        /// It waits so many milliseconds without a slot.
        case wait(Int)
        /// It fails for good.
        case broken

        var effect: Effect { if case .tool(let effect, _) = self { effect } else { .none } }

        /// Whether something is written before it is run.
        var needsIntent: Bool {
            switch self {
            case .paid: true
            case .tool(let effect, _): effect != .none
            case .plain, .approval, .wait, .broken: false
            }
        }
    }

    let run: Int
    let steps: [Step]
    /// The budgets that its paid calls count in.
    let budgets: [Int]

    /// What the job comes to when nothing goes wrong.
    var output: Int { steps.indices.reduce(0) { $0 * 10 + $1 + 1 } }
}

/// The positions and fingerprints of steps, made once.
struct StepNames: Sendable {
    static let most = 6

    let positions: [StepPosition]
    let fingerprints: [Fingerprint]

    init() {
        positions = (1...Self.most).map { StepPosition.turn($0) }
        var last: Fingerprint?
        var fingerprints: [Fingerprint] = []
        for number in 0..<Self.most {
            let next = Fingerprint(kind: .step, request: .integer(Int64(number)), after: last)
            fingerprints.append(next)
            last = next
        }
        self.fingerprints = fingerprints
    }
}

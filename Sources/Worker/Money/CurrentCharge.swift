import Synchronization

/// The present call of a step: its number, and what it may cost; another call may go to another model.
final class CurrentCharge: Sendable {
    private let current: Mutex<(charge: ModelCharge?, number: Int)>

    init(_ charge: ModelCharge?) { current = Mutex((charge, 1)) }

    var value: ModelCharge? {
        get { current.withLock { $0.charge } }
        set { current.withLock { $0.charge = newValue } }
    }

    /// Counted from 1.
    var number: Int { current.withLock { $0.number } }

    /// A further call is about to be made.
    func begin() { current.withLock { $0.number += 1 } }
}

import Synchronization

/// What the present call of a step may cost; another call may go to another model.
final class CurrentCharge: Sendable {
    private let current: Mutex<ModelCharge?>

    init(_ charge: ModelCharge?) { current = Mutex(charge) }

    var value: ModelCharge? {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}

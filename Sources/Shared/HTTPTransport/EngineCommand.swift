/// What the engine's thread is asked to do.
enum EngineCommand: Sendable {
    case start(Transfer, HTTPRequest)
    /// The reader has caught up.
    case unpause(Transfer)
    /// Nobody reads any more, but the end may be near.
    case drain(Transfer)
    case abort(Transfer)
    case stop
}

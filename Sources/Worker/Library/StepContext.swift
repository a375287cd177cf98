/// What the code of one step has.
public struct StepContext: Sendable {
    /// The same in every attempt at this step, and of no other step: 40 to 300 ASCII characters.
    ///
    /// Hand it to a service that honours one, and it does nothing twice.
    public let idempotencyKey: String
}

/// The calls that are made for one step: one, or several when the first ones fail.
///
/// Each has an intent of its own, so a kill between two of them leaves none open, and one in the middle leaves just
/// that one.
struct StepCalls: Sendable {
    /// The same in every attempt, so that a provider or tool that honours it does nothing twice.
    let idempotencyKey: String
    /// Throws when the job must not go on, because the lease is lost or the worker drains.
    let check: @Sendable () throws -> Void
    /// Notes that a call failed after which another one will be made.
    ///
    /// The second value tells whether it may have been paid for, or have happened.
    let noteFailure: @Sendable (_ reason: String, _ mayHaveHappened: Bool) async throws -> Void
    /// Writes the intent of another call, for what it may cost, or for what the call before may cost.
    let begin: @Sendable (_ name: String, _ charge: ModelCharge?) async throws -> Void

    /// Writes the intent of another call, with the model or tool that is called and what that may cost.
    ///
    /// - Throws: When it must not be made, because the lease is lost, the worker drains, or a budget has no room.
    func beginAgain(_ name: String, paying charge: ModelCharge? = nil) async throws { try await begin(name, charge) }
}

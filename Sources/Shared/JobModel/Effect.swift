/// What repeating a tool call does to the world.
package enum Effect: String, CaseIterable, Sendable {
    /// Nothing: it only reads. Runs again freely.
    case none
    /// Nothing more than the first time: it may run again under the same idempotency key.
    case idempotent
    /// A second time: when its outcome is unknown, a person decides.
    case once
}

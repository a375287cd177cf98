import Storage

/// Sets of one kind.
extension StepStore {
    func intendUnbudgeted(_ calls: [(step: Identity, call: PaidCall)]) async throws -> [UnbudgetedIntent] {
        try await writeUnbudgeted(settling: [], intending: calls).intended
    }

    func settleUnbudgeted(_ calls: [SettledCall]) async throws -> [Bool] {
        try await writeUnbudgeted(settling: calls, intending: []).settled
    }
}

import JobModel
import Storage

/// Lets paid calls through when they fit in their budgets, and has the others wait, fail, or be suspended.
struct PaidCallGate: Sendable {
    /// The first wait between two looks; it doubles up to `longestPause`.
    static let shortestPause = Duration.milliseconds(50)
    static let longestPause = Duration.seconds(1)

    let job: ClaimedJob
    let store: StepStore
    let patience: Patience
    let bounds: PaidCall.Bounds
    let log: JobLog

    /// Writes the intent of a call and reserves its money.
    ///
    /// - Parameter checkBoundary: Throws when the job must not go on waiting.
    /// - Throws: `JobFailure` when the call must not be made; `Suspension` when its job is to wait without a slot.
    func reserve(
        _ step: StepStore.Identity,
        _ charge: ModelCharge?,
        checkBoundary: () throws -> Void
    ) async throws {
        let call = PaidCall(
            connection: charge?.connection,
            model: charge?.model,
            most: charge?.most,
            price: charge?.price,
            bounds: bounds
        )
        let began = ContinuousClock.now
        var pause = Self.shortestPause
        while true {
            switch try await patience({ try await store.intend(step, call) }) {
            case .granted(let warning):
                if let warning {
                    log.event("\(warning.shown) is used up: \(warning.account); its mode is soft, so the work goes on")
                }
                return
            case .wait(let budget):
                guard ContinuousClock.now - began < CallVerdict.longestWait else { throw budget.busy }
                if pause == Self.shortestPause {
                    let amount = CallVerdict.Decider.amount(call.most)
                    log.event("waits for calls under way: \(budget.shown) has no room for \(amount) now")
                }
                try await ContinuousClock().sleep(for: pause * Double.random(in: 0.75...1.25))
                pause = min(pause * 2, Self.longestPause)
                try checkBoundary()
            case .held(let budget): throw budget.hold(of: call, in: job.run)
            case .refused(let budget): throw budget.refusal(of: call, in: job.run)
            case .unpriced(let budget): throw budget.unpriced(charge?.fault ?? "nobody knows what it can cost")
            case .callsUsed(let calls): throw CallVerdict.callsUsed(up: calls)
            }
        }
    }
}

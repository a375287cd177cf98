import JobModel
import Storage

/// Lets paid calls through when they fit in their budgets, and has the others wait, fail, or be suspended.
struct PaidCallGate: Sendable {
    /// How long a call waits for others to be settled before its job gives its slot back.
    ///
    /// Not long: what dead workers have reserved is settled only when their jobs get slots.
    static let longestWait = Duration.seconds(5)
    /// How long it does without a slot then, before it looks again.
    static let rest = Duration.seconds(10)
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
                guard ContinuousClock.now - began < Self.longestWait else { throw busy(budget) }
                if pause == Self.shortestPause {
                    log.event(
                        "waits for calls under way: \(budget.shown) has no room for \(Self.amount(call.most)) now"
                    )
                }
                try await ContinuousClock().sleep(for: pause * Double.random(in: 0.75...1.25))
                pause = min(pause * 2, Self.longestPause)
                try checkBoundary()
            case .held(let budget): throw held(budget, call)
            case .refused(let budget): throw refusal(budget, call)
            case .unpriced(let budget):
                throw JobFailure(
                    code: "price-unknown",
                    message: "the call is under \(budget.shown) of \(budget.limit), and "
                        + (charge?.fault ?? "nobody knows what it can cost"),
                    isPermanent: true
                )
            case .callsUsed(let calls):
                throw JobFailure(
                    code: "limit-requests",
                    message: "the job has made \(calls) calls in all attempts together; raise limits.requests if it "
                        + "should go on",
                    isPermanent: true
                )
            }
        }
    }

    private func refusal(_ budget: CallVerdict.Decider, _ call: PaidCall) -> JobFailure {
        var message = "the call may cost up to \(Self.amount(call.most)), and \(budget.shown) has no room: "
        message += budget.account
        if let ends = budget.ends { message += "; it is had anew at \(ends)" }
        message += "; raise it with: \(budget.raising(job.run)), then: chassis retry \(job.run)"
        return JobFailure(code: "budget-exceeded", message: message, isPermanent: true)
    }

    /// Without a slot until the budget is raised or its period turns.
    private func held(_ budget: CallVerdict.Decider, _ call: PaidCall) -> Suspension {
        Suspension(
            waitsFor: .budget,
            until: budget.untilEnd.map { .after($0) },
            detail: "\(budget.shown) has no room for \(Self.amount(call.most)): \(budget.account); raise it with: "
                + budget.raising(job.run)
        )
    }

    /// Without a slot for a while: what is reserved now will be settled for less.
    private func busy(_ budget: CallVerdict.Decider) -> Suspension {
        Suspension(
            waitsFor: .budget,
            until: .after(Self.rest),
            detail: "\(budget.shown) is reserved by calls under way: \(budget.account)"
        )
    }

    private static func amount(_ amount: MicroDollars?) -> String {
        amount.map(\.description) ?? "nobody knows how much"
    }
}

extension CallVerdict.Decider {
    /// Such as `the budget of team growth per day`.
    var shown: String {
        switch (scope, period) {
        case (.run, _): "the budget of the run"
        case (.job, _): "the budget of the job"
        case (.team, .total), (.connection, .total): "the budget of \(scope.rawValue) \(name)"
        case (.team, _), (.connection, _): "the budget of \(scope.rawValue) \(name) per \(period.rawValue)"
        }
    }

    /// Such as `$0.900000 of $1.000000 is spent, $0.050000 reserved`.
    var account: String {
        "\(used) of \(limit) is spent" + (reserved > .zero ? ", \(reserved) reserved" : "")
    }

    /// The command that raises it.
    func raising(_ run: RunID) -> String {
        switch scope {
        case .run: "chassis budgets set --run \(run) --usd N"
        case .job: "chassis budgets set --run \(run) --job NAME --usd N"
        case .team, .connection:
            "chassis budgets set --\(scope.rawValue) \(name) --per \(period.rawValue) --usd N"
        }
    }
}

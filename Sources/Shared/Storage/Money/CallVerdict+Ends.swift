package import JobModel

/// What becomes of a job whose call must not be made, be it an agent's or a program's.
extension CallVerdict {
    /// How long a call waits for others to be settled before its job gives its slot back.
    ///
    /// Not long: what dead workers have reserved is settled only when their jobs get slots.
    package static let longestWait = Duration.seconds(5)
    /// How long its job does without a slot then, before it looks again.
    package static let rest = Duration.seconds(10)

    /// For good: the job has made as many calls as it may.
    package static func callsUsed(up calls: Int) -> JobFailure {
        JobFailure(
            code: "limit-requests",
            message:
                "the job has made \(calls) calls in all attempts together; raise limits.requests if it should go on",
            isPermanent: true
        )
    }
}

extension CallVerdict.Decider {
    /// For good: the call does not fit.
    package func refusal(of call: PaidCall, in run: RunID) -> JobFailure {
        var message = "the call may cost up to \(Self.amount(call.most)), and \(shown) has no room: \(account)"
        if let ends { message += "; it is had anew at \(ends)" }
        message += "; raise it with: \(raising(run)), then: chassis retry \(run)"
        return JobFailure(code: "budget-exceeded", message: message, isPermanent: true)
    }

    /// For good: nobody knows what the call can cost.
    ///
    /// - Parameter fault: Why, with the way out.
    package func unpriced(_ fault: String) -> JobFailure {
        JobFailure(
            code: "price-unknown",
            message: "the call is under \(shown) of \(limit), and \(fault)",
            isPermanent: true
        )
    }

    /// Without a slot until the budget is raised or its period turns.
    package func hold(of call: PaidCall, in run: RunID) -> Suspension {
        Suspension(
            waitsFor: .budget,
            until: untilEnd.map { .after($0) },
            detail: "\(shown) has no room for \(Self.amount(call.most)): \(account); raise it with: \(raising(run))"
        )
    }

    /// Without a slot for a while: what is reserved now will be settled for less.
    package var busy: Suspension {
        Suspension(
            waitsFor: .budget,
            until: .after(CallVerdict.rest),
            detail: "\(shown) is reserved by calls under way: \(account)"
        )
    }

    package static func amount(_ amount: MicroDollars?) -> String {
        amount.map(\.description) ?? "nobody knows how much"
    }
}

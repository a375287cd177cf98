package import JobModel

/// How a budget that decided is told to people.
extension CallVerdict.Decider {
    /// Such as `the budget of team growth per day`.
    package var shown: String {
        switch (scope, period) {
        case (.run, _): "the budget of the run"
        case (.job, _): "the budget of the job"
        case (.team, .total), (.connection, .total): "the budget of \(scope.rawValue) \(name)"
        case (.team, _), (.connection, _): "the budget of \(scope.rawValue) \(name) per \(period.rawValue)"
        }
    }

    /// Such as `$0.900000 of $1.000000 is spent, $0.050000 reserved`.
    package var account: String {
        "\(used) of \(limit) is spent" + (reserved > .zero ? ", \(reserved) reserved" : "")
    }

    /// The command that raises it.
    package func raising(_ run: RunID) -> String {
        switch scope {
        // It may be that of a run which started this one.
        case .run: "chassis budgets set --run \(name) --usd N"
        case .job: "chassis budgets set --run \(run) --job NAME --usd N"
        case .team, .connection:
            "chassis budgets set --\(scope.rawValue) \(name) --per \(period.rawValue) --usd N"
        }
    }
}

import JobModel

/// The list of budgets.
enum BudgetsTable {
    static func lines(_ budgets: [BudgetDetail], now: Timestamp, width: Int?) -> [StyledLine] {
        guard !budgets.isEmpty else {
            return [
                StyledLine("no budgets; set one with 'chassis budgets set --team NAME --per month --usd 100'", .dim)
            ]
        }
        var table = Table([
            .init(title: "budget", isFlexible: true, narrowest: 16), .init(title: "per", dispensable: 3),
            .init(title: "mode", dispensable: 2), .init(title: "limit", alignment: .right),
            .init(title: "spent", alignment: .right), .init(title: "reserved", alignment: .right, dispensable: 4),
            .init(title: "unknown", alignment: .right, dispensable: 5), .init(title: "free", alignment: .right),
            .init(title: "anew", dispensable: 1),
        ])
        for budget in budgets {
            let isPerRun = budget.period == "run" && ["team", "connection"].contains(budget.scope)
            // Every run has it for itself: there is no one figure.
            let figures = isPerRun ? Array(repeating: "", count: 4) : Self.figures(budget)
            table.add([
                StyledLine("\(budget.scope) ", .dim).adding(budget.name, .bold), StyledLine(budget.period),
                StyledLine(budget.mode), StyledLine(budget.limit.shown), StyledLine(figures[0]),
                StyledLine(figures[1]), StyledLine(figures[2], .yellow),
                StyledLine(figures[3], budget.free == .zero && !isPerRun ? .red : .plain),
                StyledLine(budget.endsAt?.relative(to: now) ?? "", .dim),
            ])
        }
        return table.lines(width: width)
    }

    private static func figures(_ budget: BudgetDetail) -> [String] {
        [
            budget.paid.shown, budget.reserved > .zero ? budget.reserved.shown : "",
            budget.unknown > .zero ? budget.unknown.shown : "", budget.free.shown,
        ]
    }
}

import JobModel

/// The list of triggers that go by events.
enum TriggersTable {
    static func lines(_ triggers: [JSONValue], width: Int?) -> [StyledLine] {
        guard !triggers.isEmpty else {
            return [
                StyledLine(
                    "no triggers; deploy a workflow that goes by assets or events by 'chassis deploy FILE'",
                    .dim
                )
            ]
        }
        var table = Table([
            .init(title: "trigger", isFlexible: true), .init(title: "when", isFlexible: true),
            .init(title: "gathers", dispensable: 3), .init(title: "active", alignment: .right, dispensable: 2),
            .init(title: "pending", alignment: .right), .init(title: "refused", alignment: .right, dispensable: 1),
            .init(title: "last", dispensable: 4), .init(title: "run", alignment: .right, dispensable: 5),
            .init(title: "note", isFlexible: true),
        ])
        for trigger in triggers {
            let most = trigger.optionalNumber("max_active")
            let isPaused = trigger.time("paused_at") != nil
            table.add([
                StyledLine("\(trigger.text("workflow"))/\(trigger.text("name"))", .bold),
                StyledLine(trigger.text("when")), StyledLine(trigger.text("gather"), .dim),
                StyledLine(most.map { "\(trigger.number("active"))/\($0)" } ?? "", .dim),
                StyledLine("\(trigger.number("pending"))"),
                trigger.number("refused") > 0 ? StyledLine("\(trigger.number("refused"))", .red) : StyledLine(""),
                StyledLine(trigger.time("last_at")?.relative(to: .now) ?? "", .dim),
                StyledLine(trigger.optionalNumber("last_run").map { "\($0)" } ?? ""),
                isPaused ? StyledLine("paused", .yellow) : StyledLine(trigger.text("error")),
            ])
        }
        return table.lines(width: width)
    }
}

import JobModel

/// The list of schedules.
enum SchedulesTable {
    static func lines(_ schedules: [JSONValue], now: Timestamp, width: Int?) -> [StyledLine] {
        guard !schedules.isEmpty else {
            return [StyledLine("no schedules; deploy a workflow with triggers by 'chassis deploy FILE'", .dim)]
        }
        var table = Table([
            .init(title: "schedule", isFlexible: true), .init(title: "when", isFlexible: true),
            .init(title: "zone", isFlexible: true, dispensable: 3), .init(title: "next"),
            .init(title: "last", dispensable: 2), .init(title: "run", alignment: .right, dispensable: 1),
            .init(title: "overlap", dispensable: 4), .init(title: "catchup", dispensable: 5),
            .init(title: "note", isFlexible: true),
        ])
        for schedule in schedules {
            table.add([
                StyledLine("\(schedule.text("workflow"))/\(schedule.text("name"))", .bold),
                StyledLine(schedule.text("when")), StyledLine(schedule.text("timezone"), .dim),
                next(schedule, now), StyledLine(schedule.time("last_due_at")?.relative(to: now) ?? "", .dim),
                StyledLine(schedule.optionalNumber("last_run").map { "\($0)" } ?? ""),
                StyledLine(schedule.text("overlap"), .dim), StyledLine(schedule.text("catchup"), .dim),
                StyledLine(note(schedule)),
            ])
        }
        return table.lines(width: width)
    }

    private static func next(_ schedule: JSONValue, _ now: Timestamp) -> StyledLine {
        if schedule.time("paused_at") != nil { return StyledLine("paused", .yellow) }
        return schedule.time("next_due_at").map { StyledLine($0.relative(to: now)) } ?? StyledLine("never", .dim)
    }

    private static func note(_ schedule: JSONValue) -> String {
        if let run = schedule.optionalNumber("waits_for_run") { return "waits for run \(run)" }
        return schedule.text("error")
    }
}

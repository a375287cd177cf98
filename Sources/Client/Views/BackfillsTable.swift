import JobModel

/// The list of backfills, and what came of the items of one.
enum BackfillsTable {
    static func lines(_ backfills: [JSONValue], width: Int?) -> [StyledLine] {
        guard !backfills.isEmpty else { return [StyledLine("no backfills; start one by 'chassis backfill'", .dim)] }
        var table = Table([
            .init(title: "backfill", alignment: .right), .init(title: "of", isFlexible: true), .init(title: "state"),
            .init(title: "succeeded", alignment: .right), .init(title: "running", alignment: .right, dispensable: 1),
            .init(title: "failed", alignment: .right), .init(title: "refused", alignment: .right),
            .init(title: "cancelled", alignment: .right, dispensable: 2),
            .init(title: "limit", alignment: .right, dispensable: 4), .init(title: "began", dispensable: 3),
            .init(title: "note", isFlexible: true, dispensable: 5),
        ])
        for backfill in backfills {
            let items = backfill["items"] ?? backfill["due_times"] ?? .null
            let all = (items.objectValue ?? [:]).reduce(0) { $0 + ($1.value.integerValue ?? 0) }
            let subject = backfill.text("trigger").isEmpty ? backfill.text("schedule") : backfill.text("trigger")
            table.add([
                StyledLine("\(backfill.number("id"))", .bold), StyledLine("\(backfill.text("workflow"))/\(subject)"),
                state(backfill.text("state")), StyledLine("\(items.number("succeeded"))/\(all)"),
                count(items, "running"), count(items, "failed", .red), count(items, "refused", .red),
                count(items, "cancelled"), StyledLine("\(backfill.number("limit"))", .dim),
                StyledLine(backfill.time("created_at")?.relative(to: .now) ?? "", .dim),
                StyledLine(backfill.text("error"), .dim),
            ])
        }
        return table.lines(width: width)
    }

    static func items(_ items: [JSONValue], width: Int?) -> [StyledLine] {
        guard !items.isEmpty else { return [] }
        let isOfPartitions = !items[0].text("partition").isEmpty
        var table = Table([
            .init(title: isOfPartitions ? "partition" : "due", isFlexible: true), .init(title: "state"),
            .init(title: "run", alignment: .right), .init(title: "note", isFlexible: true),
        ])
        for item in items {
            table.add([
                StyledLine(item.text(isOfPartitions ? "partition" : "due_at")), StateMark.cell(item.text("state")),
                StyledLine(item.optionalNumber("run").map { "\($0)" } ?? "", .bold),
                StyledLine(item.text("error"), .dim),
            ])
        }
        return [StyledLine("")] + table.lines(width: width)
    }

    private static func state(_ state: String) -> StyledLine {
        switch state {
        case "paused": StyledLine(state, .yellow)
        case "active": StyledLine(state, .bold)
        default: StyledLine(state)
        }
    }

    private static func count(_ items: JSONValue, _ state: String, _ style: Style? = nil) -> StyledLine {
        let count = items.number(state)
        guard count > 0 else { return StyledLine("") }
        return style.map { StyledLine("\(count)", $0) } ?? StyledLine("\(count)")
    }
}

import JobModel

/// The list of events.
enum EventsTable {
    static func lines(_ events: [JSONValue], width: Int?) -> [StyledLine] {
        guard !events.isEmpty else { return [StyledLine("no events", .dim)] }
        var table = Table([
            .init(title: "event", alignment: .right), .init(title: "name", isFlexible: true),
            .init(title: "key", isFlexible: true), .init(title: "came", dispensable: 1),
            .init(title: "source", dispensable: 2), .init(title: "team", dispensable: 3),
            .init(title: "data", isFlexible: true, dispensable: 4),
        ])
        for event in events {
            table.add([
                StyledLine(String(event.number("id")), .bold), StyledLine(event.text("name")),
                StyledLine(event.text("key")), StyledLine(event.time("at")?.relative(to: .now) ?? "", .dim),
                StyledLine(event.text("source"), .dim), StyledLine(event.text("team"), .dim),
                StyledLine(event["data"].flatMap { $0.isNull ? nil : $0.text() } ?? "", .dim),
            ])
        }
        return table.lines(width: width)
    }
}

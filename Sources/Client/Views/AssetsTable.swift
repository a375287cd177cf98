import JobModel

/// Assets, their partitions and their updates.
enum AssetsTable {
    static func lines(_ assets: [JSONValue], width: Int?) -> [StyledLine] {
        guard !assets.isEmpty else { return [StyledLine("never brought up to date yet", .dim)] }
        var table = Table([
            .init(title: "asset", isFlexible: true), .init(title: "team", dispensable: 2),
            .init(title: "partitions", alignment: .right, dispensable: 1), .init(title: "updates", alignment: .right),
            .init(title: "updated"),
        ])
        for asset in assets {
            table.add([
                StyledLine(asset.text("name"), .bold), StyledLine(asset.text("team"), .dim),
                StyledLine("\(asset.number("partitions"))"), StyledLine("\(asset.number("updates"))"),
                StyledLine(asset.time("updated_at")?.relative(to: .now) ?? "", .dim),
            ])
        }
        return table.lines(width: width)
    }

    static func partitions(_ partitions: [JSONValue], width: Int?) -> [StyledLine] {
        let named = partitions.filter { !$0.text("partition").isEmpty }
        guard !named.isEmpty else { return [] }
        var table = Table([
            .init(title: "partition", isFlexible: true), .init(title: "updates", alignment: .right),
            .init(title: "updated"),
        ])
        for partition in named {
            table.add([
                StyledLine(partition.text("partition")), StyledLine("\(partition.number("updates"))"),
                StyledLine(partition.time("updated_at")?.relative(to: .now) ?? "", .dim),
            ])
        }
        return [StyledLine("")] + table.lines(width: width) + [StyledLine("")]
    }

    static func updates(_ updates: [JSONValue], width: Int?) -> [StyledLine] {
        guard !updates.isEmpty else { return [] }
        var table = Table([
            .init(title: "event", alignment: .right), .init(title: "partition", isFlexible: true),
            .init(title: "came"), .init(title: "source", dispensable: 1), .init(title: "run", alignment: .right),
            .init(title: "metadata", isFlexible: true, dispensable: 2),
        ])
        for update in updates {
            table.add([
                StyledLine("\(update.number("id"))", .bold), StyledLine(update.text("partition")),
                StyledLine(update.time("at")?.relative(to: .now) ?? "", .dim), StyledLine(update.text("source"), .dim),
                StyledLine(update.optionalNumber("run").map { "\($0)" } ?? ""),
                StyledLine(update["metadata"].flatMap { $0.isNull ? nil : $0.text() } ?? "", .dim),
            ])
        }
        return table.lines(width: width)
    }
}

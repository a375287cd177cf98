/// The list of workers.
enum WorkersTable {
    static func lines(_ workers: [WorkerDetail], now: Timestamp, width: Int?) -> [StyledLine] {
        guard !workers.isEmpty else {
            return [StyledLine("no workers; start one with 'chassis-worker', or 'chassis dev'", .dim)]
        }
        var table = Table([
            .init(title: "session", alignment: .right), .init(title: "worker", isFlexible: true),
            .init(title: "host", isFlexible: true), .init(title: "pid", alignment: .right), .init(title: "state"),
            .init(title: "slots", alignment: .right), .init(title: "queues", isFlexible: true), .init(title: "version"),
            .init(title: "started"), .init(title: "renewed"), .init(title: "ended", isFlexible: true),
        ])
        for worker in workers {
            let ended = worker.endedAt.map { "\($0.relative(to: now)) (\(worker.endReason))" } ?? ""
            table.add([
                StyledLine(String(worker.session), .bold), StyledLine(worker.name), StyledLine(worker.host),
                StyledLine(String(worker.pid)), StateMark.cell(worker.state),
                StyledLine("\(worker.running)/\(worker.slots)"), StyledLine(worker.queues.joined(separator: ", ")),
                StyledLine(worker.version, .dim), StyledLine(worker.startedAt?.relative(to: now) ?? "", .dim),
                StyledLine(worker.endedAt == nil ? worker.renewedAt?.relative(to: now) ?? "" : "", .dim),
                StyledLine(ended, .dim),
            ])
        }
        return table.lines(width: width)
    }
}

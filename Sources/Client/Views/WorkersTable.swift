/// The list of workers.
enum WorkersTable {
    static func lines(_ workers: [WorkerDetail], now: Timestamp, width: Int?) -> [StyledLine] {
        guard !workers.isEmpty else {
            return [StyledLine("no workers; start one with 'chassis-worker', or 'chassis dev'", .dim)]
        }
        var table = Table([
            .init(title: "session", alignment: .right, dispensable: 8), .init(title: "worker", isFlexible: true),
            .init(title: "host", isFlexible: true, dispensable: 1),
            .init(title: "pid", alignment: .right, dispensable: 4), .init(title: "state"),
            .init(title: "slots", alignment: .right), .init(title: "queues", isFlexible: true, dispensable: 2),
            .init(title: "version", dispensable: 7), .init(title: "started", dispensable: 6),
            .init(title: "renewed", dispensable: 5), .init(title: "ended", isFlexible: true, dispensable: 3),
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

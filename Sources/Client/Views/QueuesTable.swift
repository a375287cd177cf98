/// The list of queues.
enum QueuesTable {
    static func lines(_ queues: [QueueDetail], now: Timestamp, width: Int?) -> [StyledLine] {
        guard !queues.isEmpty else { return [StyledLine("every queue is empty", .dim)] }
        var table = Table([
            .init(title: "queue", isFlexible: true), .init(title: "pending", alignment: .right),
            .init(title: "running", alignment: .right), .init(title: "delayed", alignment: .right, dispensable: 2),
            .init(title: "blocked", alignment: .right, dispensable: 3),
            .init(title: "suspended", alignment: .right, dispensable: 4),
            .init(title: "held", alignment: .right, dispensable: 4), .init(title: "oldest pending", dispensable: 1),
        ])
        for queue in queues {
            let counts = [queue.pending, queue.running, queue.delayed, queue.blocked, queue.suspended, queue.held]
            table.add(
                [StyledLine(queue.isPaused ? "\(queue.name) (paused)" : queue.name, .bold)]
                    + counts.map { StyledLine(String($0), $0 == 0 ? .dim : .plain) }
                    + [StyledLine(queue.oldestPendingAt?.relative(to: now) ?? "", .dim)]
            )
        }
        return table.lines(width: width)
    }
}

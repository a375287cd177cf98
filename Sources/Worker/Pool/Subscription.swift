import JobModel

/// From which queues a worker claims.
struct Subscription: Equatable, Sendable {
    /// Those that its settings name.
    let queues: [String]
    /// What it has besides, by which it claims from queues whose jobs need nothing else; see `QueueName`.
    let has: Set<String>
    /// Whether it claims jobs that need nothing.
    let takesPlainJobs: Bool

    init(queues: [String], has: Set<String> = [], takesPlainJobs: Bool = true) {
        self.queues = queues
        self.has = has
        self.takesPlainJobs = takesPlainJobs
    }

    /// The queues that are claimed from without being told of.
    var known: [String] { takesPlainJobs ? queues : [] }

    /// As lists show it: queues, and those of jobs that need one thing.
    var shown: [String] {
        known + queues.flatMap { queue in has.sorted().map { QueueName(queue, needs: [$0]).text } }
    }

    /// Whether the worker claims from a queue that it was told of.
    func accepts(_ queue: String) -> Bool {
        let name = QueueName(text: queue)
        return !name.needs.isEmpty && name.needs.isSubset(of: has) && queues.contains(name.queue)
    }
}

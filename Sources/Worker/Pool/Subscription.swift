package import JobModel

/// From which queues a worker claims.
package struct Subscription: Equatable, Sendable {
    /// Those that its settings name.
    let queues: [String]
    /// What it has, code of its own included, by which it claims from those queues' parts whose jobs ask for no more.
    let labels: Labels
    /// Those of the labels that are code of its own.
    private let code: Set<String>
    /// Whether it claims jobs too that need none of its code.
    private let takesPlainJobs: Bool

    /// - Parameters:
    ///   - code: Those of the labels that are code of the worker's own.
    ///   - takesPlainJobs: Whether it claims jobs too that need none of it.
    package init(queues: [String], labels: Labels = Labels(), code: Set<String> = [], takesPlainJobs: Bool = true) {
        self.queues = queues
        self.labels = labels.adding(pairs: code)
        self.code = code
        self.takesPlainJobs = takesPlainJobs
    }

    /// The queues that are claimed from without being told of.
    var known: [String] { takesPlainJobs ? queues : [] }

    /// Whether the worker claims from a queue that it was told of.
    func accepts(_ queue: String) -> Bool {
        let asked = Labels.split(queue).pairs
        return !asked.isEmpty && labels.mayClaim(from: queue, among: queues)
            && (takesPlainJobs || !code.isDisjoint(with: asked))
    }
}

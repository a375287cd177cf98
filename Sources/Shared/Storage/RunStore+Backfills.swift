extension RunStore.Submission {
    /// How far below the priority that the file gives them the jobs of a backfill stand: below every priority that a file
    /// can name, -1,000 to 1,000.
    private static let drop: Int16 = 10_000

    /// The least priority of live work; far from all that files can name, behind it and in it.
    static let leastLivePriority = -Self.drop / 2

    /// Has all jobs stand behind every live job of their queue.
    package mutating func standBehindLiveWork() {
        for place in jobs.indices { jobs[place].priority -= Self.drop }
    }

    /// Whether a job of this priority stands behind live work.
    static func standsBehindLiveWork(_ priority: Int) -> Bool { priority < leastLivePriority }
}

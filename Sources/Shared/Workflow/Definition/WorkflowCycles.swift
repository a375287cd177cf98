/// Jobs that wait for each other, so that none of them could ever start.
struct WorkflowCycles: Error, Equatable {
    /// Each cycle once, beginning with its first job in the order of the file; no job is in two of them.
    let cycles: [[String]]

    /// Finds a cycle through the jobs that could not be placed in an order.
    ///
    /// Each of them needs another of them, so whoever goes from need to need ends in a cycle.
    init(among jobs: [(name: String, needs: [String])], placed: Set<String>) {
        let open = jobs.filter { !placed.contains($0.name) }
        let next = Dictionary(
            open.compactMap { job in job.needs.first { !placed.contains($0) }.map { (job.name, $0) } }
        ) { first, _ in first }
        let places = Dictionary(jobs.enumerated().map { ($1.name, $0) }) { first, _ in first }
        var seen: Set<String> = []
        var cycles: [[String]] = []
        for job in open {
            var way: [String] = []
            var at: String? = job.name
            while let name = at, seen.insert(name).inserted {
                way.append(name)
                at = next[name]
            }
            guard let name = at, let start = way.firstIndex(of: name) else { continue }
            cycles.append(Self.rotated(Array(way[start...]), by: places))
        }
        self.cycles = cycles
    }

    private static func rotated(_ cycle: [String], by places: [String: Int]) -> [String] {
        let first = cycle.indices.min { places[cycle[$0], default: 0] < places[cycle[$1], default: 0] } ?? 0
        return Array(cycle[first...] + cycle[..<first])
    }
}

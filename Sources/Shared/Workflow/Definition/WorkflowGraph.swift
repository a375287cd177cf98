/// Which job waits for which, without a cycle.
package struct WorkflowGraph: Equatable, Sendable {
    /// The names of the jobs so that each stands behind all it needs; otherwise in the order of the file.
    package let order: [String]
    private let needs: [String: [String]]
    /// For each job, by its place in `order`: a bit for each job that must have ended before it.
    private let ancestry: [[UInt64]]
    private let places: [String: Int]

    /// Orders the jobs.
    ///
    /// - Throws: `WorkflowCycles` when jobs wait for each other.
    /// - Precondition: Every name in `needs` is one of the jobs.
    init(_ jobs: [(name: String, needs: [String])]) throws(WorkflowCycles) {
        needs = Dictionary(jobs.map { ($0.name, $0.needs) }) { first, _ in first }
        let ordered = Self.order(jobs)
        guard ordered.count == jobs.count else { throw WorkflowCycles(among: jobs, placed: Set(ordered)) }
        order = ordered
        places = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1, $0) })
        ancestry = Self.ancestry(ordered, needs: needs, places: places)
    }

    /// The jobs that `job` waits for, in the order of the file; empty for an unknown name.
    package func needs(of job: String) -> [String] { needs[job] ?? [] }

    /// The jobs that wait for `job`, in `order`.
    package func dependents(of job: String) -> [String] { order.filter { needs(of: $0).contains(job) } }

    /// Whether `job` can only start once `other` has ended: it needs it, or needs one that does.
    package func isBehind(_ job: String, _ other: String) -> Bool {
        guard let place = places[job], let bit = places[other] else { return false }
        return ancestry[place][bit / 64] & (1 << UInt64(bit % 64)) != 0
    }

    /// Kahn's algorithm; jobs on a cycle, and behind one, are left out.
    private static func order(_ jobs: [(name: String, needs: [String])]) -> [String] {
        var dependents: [String: [Int]] = [:]
        var missing = jobs.map { Set($0.needs).count }
        for (index, job) in jobs.enumerated() {
            for need in Set(job.needs) { dependents[need, default: []].append(index) }
        }
        var order: [String] = []
        var ready = Set(jobs.indices.filter { missing[$0] == 0 })
        while let index = ready.min() {
            ready.remove(index)
            order.append(jobs[index].name)
            for dependent in dependents[jobs[index].name] ?? [] {
                missing[dependent] -= 1
                if missing[dependent] == 0 { ready.insert(dependent) }
            }
        }
        return order
    }

    private static func ancestry(_ order: [String], needs: [String: [String]], places: [String: Int]) -> [[UInt64]] {
        var ancestry: [[UInt64]] = []
        for job in order {
            var bits = [UInt64](repeating: 0, count: (order.count + 63) / 64)
            for place in (needs[job] ?? []).compactMap({ places[$0] }) {
                for word in bits.indices { bits[word] |= ancestry[place][word] }
                bits[place / 64] |= 1 << UInt64(place % 64)
            }
            ancestry.append(bits)
        }
        return ancestry
    }
}

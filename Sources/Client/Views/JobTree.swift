/// The jobs of a run in an order in which every job comes after those it needs, drawn as a tree.
///
/// A job hangs under the last of the jobs it needs; the others are named beside it.
struct JobTree {
    struct Row {
        let job: JobDetail
        /// What is drawn before the name, such as `│ └─ `.
        let branch: String
        /// The jobs it needs besides the one it hangs under.
        let otherNeeds: [String]
    }

    let rows: [Row]

    init(_ jobs: [JobDetail]) {
        let names = Set(jobs.map(\.name))
        var open = Dictionary(jobs.map { ($0.name, Set($0.needs).intersection(names)) }) { first, _ in first }
        var children: [String: [JobDetail]] = [:]
        var parents: [String: String] = [:]
        let roots = jobs.filter { open[$0.name, default: []].isEmpty }

        // A job becomes free with the last job it needs, and is visited right below it: an order that respects all needs.
        func visit(_ job: JobDetail) {
            for next in jobs where open[next.name]?.remove(job.name) != nil && open[next.name, default: []].isEmpty {
                children[job.name, default: []].append(next)
                parents[next.name] = job.name
            }
            for child in children[job.name, default: []] { visit(child) }
        }
        for root in roots { visit(root) }

        var rows: [Row] = []
        func add(_ job: JobDetail, branch: String, below: String) {
            rows.append(Row(job: job, branch: branch, otherNeeds: job.needs.filter { $0 != parents[job.name] }))
            let next = children[job.name, default: []]
            for (place, child) in next.enumerated() {
                let isLast = place == next.count - 1
                add(child, branch: below + (isLast ? "└─ " : "├─ "), below: below + (isLast ? "   " : "│  "))
            }
        }
        for root in roots { add(root, branch: "", below: "") }
        let placed = Set(rows.map(\.job.name))
        // Needs that go round in a circle cannot be submitted; what an answer claims anyway is still shown.
        rows += jobs.filter { !placed.contains($0.name) }.map { Row(job: $0, branch: "", otherNeeds: $0.needs) }
        self.rows = rows
    }
}

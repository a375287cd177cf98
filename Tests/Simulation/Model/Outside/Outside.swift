import JobModel

/// What lies outside: a provider that keeps a bill, and tools that keep a log.
///
/// What they have done they have done, whatever becomes of those who asked.
final class Outside: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.

    struct Call: Hashable, Sendable {
        let job: Int
        let position: Int
    }

    private let database: ModelDatabase
    /// How many calls of each step were billed, or done.
    private(set) var made: [Call: Int] = [:]
    /// What was billed, by budget.
    private(set) var billed: [Int]
    /// When a step's record became durable, by the epoch that made it.
    private(set) var recorded: [Call: [Int: Int]] = [:]
    /// When an attempt first looked at what it inherits, by its epoch.
    private(set) var opened: [Int: [Int: Int]] = [:]
    /// When an attempt's mark was durable.
    private var marked: [Int: [Int: Int]] = [:]
    private(set) var violations: [String] = []

    init(database: ModelDatabase, budgets: Int) {
        self.database = database
        billed = Array(repeating: 0, count: budgets)
    }

    func attemptOpens(_ job: Int, _ epoch: Int) {
        if opened[job]?[epoch] == nil { opened[job, default: [:]][epoch] = database.time.now }
    }

    func attemptHasMark(_ job: Int, _ epoch: Int) {
        marked[job, default: [:]][epoch] = database.time.now
        database.trace.note { "epoch \(epoch) of job \(job) has drawn its mark" }
    }

    func stepIsDurable(_ call: Call, _ epoch: Int) {
        database.trace.note { "step \(call.position) of job \(call.job) is recorded by epoch \(epoch)" }
        if recorded[call]?[epoch] == nil { recorded[call, default: [:]][epoch] = database.time.now }
    }

    /// A call is made, under an epoch.
    func make(_ call: Call, under epoch: Int, cost: Int, budgets: [Int]) {
        made[call, default: 0] += 1
        database.trace.note {
            "step \(call.position) of job \(call.job) is called outside by epoch \(epoch), for \(cost)"
        }
        for (earlier, time) in recorded[call] ?? [:] where earlier < epoch {
            let next = (opened[call.job] ?? [:]).filter { $0.key > earlier }.values.min() ?? .max
            if time < next {
                violations.append(
                    "job \(call.job) ran step \(call.position) under epoch \(epoch), which epoch \(earlier) had recorded"
                )
            }
        }
        for budget in budgets {
            billed[budget] += cost
            let row = database.tables.budgets[budget]
            if row.mode != .soft, billed[budget] > row.limit {
                violations.append("\(billed[budget]) were billed under budget \(budget), whose limit is \(row.limit)")
            }
        }
    }

    /// An attempt was about to run a step and found a record of it.
    func read(_ call: Call, by recorder: Int, under epoch: Int) {
        database.trace.note {
            "epoch \(epoch) of job \(call.job) reads step \(call.position), which epoch \(recorder) has recorded"
        }
        guard let time = recorded[call]?[recorder] else { return }
        for (other, markedAt) in marked[call.job] ?? [:] where other > recorder && other <= epoch && markedAt < time {
            violations.append(
                "epoch \(epoch) of job \(call.job) has read step \(call.position) of epoch \(recorder), which was recorded "
                    + "when epoch \(other) had drawn its line"
            )
        }
    }

    func add(violation: String) { violations.append(violation) }
}

import JobModel
import Storage
import TestSupport

/// A graph by chance, how its jobs end when they run, and what must become of all of it.
struct GraphModel {
    struct Job {
        let name: String
        let needs: [Int]
        /// Nil for a hook.
        let rule: NeedsRule
        let hook: String?
        let isDecisive: Bool
        /// How it ends when it runs.
        let outcome: JobState
    }

    let jobs: [Job]

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 2...24, using: &random)
        var jobs: [Job] = []
        for number in 0..<count {
            let most = min(number, Int.random(in: 0...4, using: &random))
            let needs = Array((0..<number).shuffled(using: &random).prefix(most)).sorted()
            let chance = Int.random(in: 0..<10, using: &random)
            jobs.append(
                Job(
                    name: "j\(number)",
                    needs: needs,
                    rule: needs.isEmpty || Bool.random(using: &random)
                        ? .allSucceeded : NeedsRule.allCases.randomElement(using: &random) ?? .always,
                    hook: nil,
                    isDecisive: Int.random(in: 0..<5, using: &random) > 0,
                    outcome: chance < 6 ? .succeeded : chance < 9 ? .failed : .skipped
                )
            )
        }
        for hook in ["on_failure", "on_success"] where Bool.random(using: &random) {
            jobs.append(
                Job(
                    name: hook,
                    needs: Array(0..<count),
                    rule: .allSucceeded,
                    hook: hook,
                    isDecisive: true,
                    outcome: .succeeded
                )
            )
        }
        self.jobs = jobs
    }

    var submitted: [RunStore.NewJob] {
        jobs.map { job in
            RunStore.NewJob(
                name: job.name,
                kind: "llm",
                needs: job.needs.map { jobs[$0].name },
                rule: job.hook ?? (job.rule == .allSucceeded ? nil : job.rule.rawValue),
                isDecisive: job.isDecisive
            )
        }
    }

    /// The final state of each job, and of the run: the order in which jobs end does not matter.
    var ending: (jobs: [String: String], run: String) {
        var states: [JobState] = []
        var followsFailure: [Bool] = []
        var failures = 0
        for job in jobs {
            var counts = NeedsRule.Counts(missing: 0)
            for need in job.needs {
                switch states[need] {
                case .succeeded: counts.succeeded += 1
                case .skipped where !followsFailure[need]: counts.skipped += 1
                default: counts.failed += 1
                }
            }
            let runs =
                switch job.hook {
                case "on_failure": failures > 0
                case "on_success": failures == 0
                default: job.needs.isEmpty || job.rule.verdict(counts) == .run
                }
            states.append(runs ? job.outcome : .skipped)
            followsFailure.append(!runs && counts.failed > 0)
            if states.last == .failed, job.isDecisive { failures += 1 }
        }
        let named = zip(jobs, states).map { ($0.name, $1.rawValue) }
        return (Dictionary(uniqueKeysWithValues: named), failures > 0 ? "failed" : "succeeded")
    }

    func outcome(of name: String) -> JobEnding.Outcome {
        switch jobs.first(where: { $0.name == name })?.outcome {
        case .failed?: .failed(JobFailure(code: "x", message: "by chance"))
        case .skipped?: .skipped
        default: .succeeded(.null)
        }
    }
}

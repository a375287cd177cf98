import Checkpoints
import JobModel

/// The steps of a job in the order in which they were recorded: those of its attempts, and those of its programs through the gateway.
struct RecordedSteps {
    /// A step; without a record where that has been damaged since.
    struct Step {
        let entry: StepEntry
        let record: StepRecord?
    }

    /// Where a step stands among those of the other journals: run by run where it is a fork, then attempt by attempt.
    private struct Rank: Comparable {
        /// A fork's source has the lower number, and its own source a lower one still; epochs begin anew with each run.
        let run: RunID
        let epoch: LeaseEpoch
        let endedAt: Int64

        static func < (left: Self, right: Self) -> Bool {
            (left.run.rawValue, left.epoch.rawValue, left.endedAt)
                < (right.run.rawValue, right.epoch.rawValue, right.endedAt)
        }
    }

    let attempts: CheckpointSet
    let gateway: CheckpointSet
    let reader: CheckpointReader

    var count: Int { attempts.count + gateway.count }
    var damage: [Damage] { attempts.damage.reports + gateway.damage.reports }

    /// Some of the steps, in their order.
    func page(after: Int, limit: Int) async throws -> [Step] {
        guard !gateway.steps.isEmpty else {
            var page: [Step] = []
            for entry in attempts.steps.dropFirst(after).prefix(limit) { page.append(try await step(entry)) }
            return page
        }
        var rests = [attempts.steps[...], gateway.steps[...]]
        var heads: [Step?] = [nil, nil]
        var page: [Step] = []
        var place = 0
        while page.count < limit {
            for index in rests.indices where heads[index] == nil {
                if let entry = rests[index].popFirst() { heads[index] = try await step(entry) }
            }
            guard let next = first(heads), let step = heads[next] else { return page }
            heads[next] = nil
            if place >= after { page.append(step) }
            place += 1
        }
        return page
    }

    private func step(_ entry: StepEntry) async throws -> Step {
        Step(entry: entry, record: try await reader.record(entry))
    }

    /// Which of the heads stands first.
    private func first(_ heads: [Step?]) -> Int? {
        guard let left = heads[0] else { return heads[1] == nil ? nil : 1 }
        guard let right = heads[1] else { return 0 }
        return rank(right) < rank(left) ? 1 : 0
    }

    private func rank(_ step: Step) -> Rank {
        let journal = step.entry.journal
        return Rank(
            run: journal.job.run,
            epoch: journal.epoch,
            // What cannot be read any more is shown by nobody.
            endedAt: step.record?.endedAt.microseconds ?? .min
        )
    }
}

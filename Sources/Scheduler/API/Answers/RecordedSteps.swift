import Checkpoints
import JobModel
import Storage

/// The steps of a job in the order in which they were recorded: those of its attempts, and those of its programs through the gateway.
struct RecordedSteps {
    /// A step; without a record where that has been damaged since.
    struct Step {
        let entry: StepEntry
        let record: StepRecord?
    }

    /// Some of the steps, and where the others begin, if there are others.
    struct Page {
        let steps: [Step]
        let next: TranscriptPlace?
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

    /// How many steps are looked at in one go.
    private static let pageLimit = 100

    let attempts: CheckpointSet
    let gateway: CheckpointSet
    let reader: CheckpointReader

    init(attempts: CheckpointSet, gateway: CheckpointSet, reader: CheckpointReader) {
        self.attempts = attempts
        self.gateway = gateway
        self.reader = reader
    }

    /// What is recorded of a job, with what it takes over where it is one of a fork.
    init(of job: JobReference, forks: ForkStore, checkpoints: CheckpointReader) async throws {
        let sources = try await forks.inheritance(of: job.job)?.sources ?? []
        func history(_ part: JobReference.Part) async throws -> CheckpointSet {
            try await checkpoints.history(
                of: JobReference(run: job.run, job: job.job, part: part),
                forkedFrom: ForkPoint(sources, part: part)
            )
        }
        self.init(attempts: try await history(.attempts), gateway: try await history(.gateway), reader: checkpoints)
    }

    var count: Int { attempts.count + gateway.count }
    var damage: [Damage] { attempts.damage.reports + gateway.damage.reports }

    /// Some of the steps, in their order: no record is read that stands before them.
    ///
    /// - Precondition: `place` is one of these steps' own; see `holds`.
    func page(after place: TranscriptPlace = .beginning, limit: Int) async throws -> Page {
        var place = place
        var heads: [Step?] = [nil, nil]
        var steps: [Step] = []
        while steps.count < limit {
            if heads[0] == nil, place.attempts < attempts.count {
                heads[0] = try await step(attempts.steps[place.attempts])
            }
            if heads[1] == nil, place.gateway < gateway.count {
                heads[1] = try await step(gateway.steps[place.gateway])
            }
            guard let next = first(heads), let step = heads[next] else { break }
            heads[next] = nil
            if next == 0 { place.attempts += 1 } else { place.gateway += 1 }
            steps.append(step)
        }
        let isLast = place.attempts == attempts.count && place.gateway == gateway.count
        return Page(steps: steps, next: isLast ? nil : place)
    }

    /// Where a job leaves its way at a step: what stands before the step, and before all of its records.
    ///
    /// - Returns: Nil when the step is none of these.
    func reach(before position: StepPosition) async throws -> ForkReach? {
        guard positions.contains(position) else { return nil }
        var place = TranscriptPlace.beginning
        while true {
            let page = try await page(after: place, limit: Self.pageLimit)
            for step in page.steps {
                if step.entry.position == position {
                    return .upTo(
                        attempts: attempts.cut(behind: place.attempts),
                        gateway: gateway.cut(behind: place.gateway)
                    )
                }
                place.pass(step.entry.journal.job.part)
            }
            guard page.next != nil else { return nil }
        }
    }

    /// The positions of all steps, each once: those of the gateway, then those of the attempts.
    var positions: [StepPosition] {
        var known: Set<StepPosition> = []
        return (gateway.steps + attempts.steps).map(\.position).filter { known.insert($0).inserted }
    }

    /// Whether a place is one of these steps': what was recorded may have become less since it was given, as by a fresh start.
    func holds(_ place: TranscriptPlace) -> Bool {
        place.attempts <= attempts.count && place.gateway <= gateway.count
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

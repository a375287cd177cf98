import Checkpoints
import JobModel
import Testing

@testable import Scheduler

@Suite struct RecordedStepsTests {
    private static func positions(_ steps: RecordedSteps) async throws -> [String] {
        try await steps.page(after: 0, limit: 100).map { $0.entry.position.description }
    }

    @Test func mergesWhatAttemptsAndTheirProgramsRecorded() async throws {
        try await RecordedJob.play { scene in
            let attempts = RecordedJob.reference(run: 1)
            let gateway = RecordedJob.reference(run: 1, .gateway)
            try await scene.record([try RecordedJob.step("a#1", endedAt: 9)], of: attempts, epoch: 1)
            try await scene.record([try RecordedJob.step("gateway/step/b#1", endedAt: 2)], of: gateway, epoch: 1)
            try await scene.record([try RecordedJob.step("c#1", endedAt: 1)], of: attempts, epoch: 2)
            let steps = try await scene.steps(run: 1)
            #expect(try await Self.positions(steps) == ["gateway/step/b#1", "a#1", "c#1"])
            #expect(try await steps.page(after: 1, limit: 1).map { $0.entry.position.description } == ["a#1"])
        }
    }

    /// Epochs begin anew with each run: those of the first are higher here.
    @Test func showsTheRunsThatAForkOfAForkGoesBackToInTheirOrder() async throws {
        try await RecordedJob.play { scene in
            let first = RecordedJob.reference(run: 1)
            let second = RecordedJob.reference(run: 2, .gateway)
            let third = RecordedJob.reference(run: 3)
            try await scene.record([try RecordedJob.step("a#1", endedAt: 5)], of: first, epoch: 5)
            try await scene.record(
                [try RecordedJob.step("gateway/step/b#1", endedAt: 6)],
                of: second,
                epoch: 2,
                forkedFrom: RecordedJob.reference(run: 1, .gateway)
            )
            try await scene.record([], of: RecordedJob.reference(run: 2), epoch: 2, forkedFrom: first)
            try await scene.record(
                [try RecordedJob.step("c#1", endedAt: 7)],
                of: third,
                epoch: 1,
                forkedFrom: RecordedJob.reference(run: 2)
            )
            let steps = try await scene.steps(run: 3, forkedFrom: 2)
            #expect(try await Self.positions(steps) == ["a#1", "gateway/step/b#1", "c#1"])
        }
    }
}

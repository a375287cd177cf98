import Checkpoints
import JobModel
import Testing

@testable import Scheduler

@Suite struct RecordedStepsTests {
    private static func positions(_ steps: RecordedSteps) async throws -> [String] {
        try await steps.page(limit: 100).steps.map { $0.entry.position.description }
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
            let second = try await steps.page(after: TranscriptPlace(attempts: 0, gateway: 1), limit: 1)
            #expect(second.steps.map { $0.entry.position.description } == ["a#1"])
            #expect(second.next == TranscriptPlace(attempts: 1, gateway: 1))
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

    /// A step is parted at where it was first recorded, whatever its number and in whichever journal it stands.
    @Test(
        arguments: [
            ("gateway/m#2", []), ("gateway/m#1", ["gateway/m#2"]), ("tool/x#1", ["gateway/m#2", "gateway/m#1"]),
            ("gateway/step/b#1", ["tool/x#1", "gateway/m#2", "gateway/m#1"]),
            ("gateway/m#3", ["tool/x#1", "gateway/m#2", "gateway/m#1", "gateway/step/b#1"]),
            (
                "command#1",
                ["tool/x#1", "gateway/m#2", "gateway/m#1", "gateway/step/b#1", "gateway/m#3", "gateway/m#1"]
            ),
        ] as [(String, [String])]
    ) func saysWhatStandsBeforeAStep(_ text: String, _ expected: [String]) async throws {
        try await RecordedJob.play { scene in
            try await scene.record(
                [try RecordedJob.step("gateway/m#2", endedAt: 1), try RecordedJob.step("gateway/m#1", endedAt: 2)],
                of: RecordedJob.reference(run: 1, .gateway),
                epoch: 1
            )
            try await scene.record(
                [try RecordedJob.step("tool/x#1", endedAt: 3)],
                of: RecordedJob.reference(run: 1),
                epoch: 1
            )
            try await scene.record(
                [
                    try RecordedJob.step("gateway/step/b#1", endedAt: 4),
                    try RecordedJob.step("gateway/m#3", endedAt: 5),
                    // One that was damaged, say.
                    try RecordedJob.step("gateway/m#1", endedAt: 6),
                ],
                of: RecordedJob.reference(run: 1, .gateway),
                epoch: 2
            )
            try await scene.record(
                [try RecordedJob.step("command#1", endedAt: 7)],
                of: RecordedJob.reference(run: 1),
                epoch: 2
            )
            let steps = try await scene.steps(run: 1)
            let position = try #require(StepPosition(text))
            let reach = try #require(try await steps.reach(before: position))
            var left: [String] = []
            for part in [JobReference.Part.attempts, .gateway] {
                let source = ForkSource(run: RunID(rawValue: 1), job: JobID(rawValue: 10), reach: reach)
                guard let point = ForkPoint([source], part: part) else { continue }
                let history = try await CheckpointReader(store: scene.store).history(
                    of: RecordedJob.reference(run: 2, part),
                    forkedFrom: point
                )
                left += history.steps.map(\.position.description)
            }
            #expect(left == expected)
            let missing = try #require(StepPosition("gateway/m#4"))
            #expect(try await steps.reach(before: missing) == nil)
        }
    }

    /// Each page goes on where the one before ended, and reads no more than what it shows and the step behind that.
    @Test(arguments: [1, 2, 3, 7]) func readsEachRecordOnceHoweverManyPagesThereAre(_ limit: Int) async throws {
        try await RecordedJob.play { scene in
            let attempts = RecordedJob.reference(run: 1)
            let gateway = RecordedJob.reference(run: 1, .gateway)
            for epoch in Int64(1)...2 {
                let own = try (1...6).map { try RecordedJob.step("a\(epoch)#\($0)", endedAt: Int64($0) * 3) }
                let called = try (1...9).map {
                    try RecordedJob.step("gateway/step/b\(epoch)#\($0)", endedAt: Int64($0) * 2)
                }
                try await scene.record(own, of: attempts, epoch: epoch)
                try await scene.record(called, of: gateway, epoch: epoch)
            }
            let store = ReadCounter(scene.store)
            let whole = try await scene.steps(run: 1)
            let steps = RecordedSteps(
                attempts: whole.attempts,
                gateway: whole.gateway,
                reader: CheckpointReader(store: store)
            )
            var positions: [String] = []
            var place: TranscriptPlace? = .beginning
            var pages = 0
            while let next = place {
                let page = try await steps.page(after: next, limit: limit)
                positions += page.steps.map { $0.entry.position.description }
                place = page.next
                pages += 1
            }
            #expect(positions.count == 30)
            #expect(try await positions == Self.positions(whole))
            #expect(store.count <= 30 + pages, "\(store.count) records were read for \(pages) pages")
        }
    }
}

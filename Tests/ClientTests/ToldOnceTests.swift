import Glibc
import JobModel
import TestSupport
import Testing

@testable import Client

/// What is told of twice, since nobody knows what became of it, happened once.
@Suite(.timeLimit(.minutes(5))) struct ToldOnceTests {
    private typealias Play = (FakeScheduler, _ loss: String, _ outage: String) async throws -> Void

    private static func play(_ test: Play) async throws {
        let directory = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        let (loss, outage) = (directory + "/loss", directory + "/outage")
        defer {
            unlink(loss)
            unlink(outage)
            rmdir(directory)
        }
        let scheduler = await FakeScheduler.start(outage: outage, loss: loss)
        try await test(scheduler, loss, outage)
        await scheduler.process.killAndWait()
    }

    private static func keys(_ scheduler: FakeScheduler) async throws -> [String] {
        try await Submissions.all(of: scheduler).map { $0["idempotency_key"]?.stringValue ?? "" }
    }

    @Test(arguments: [
        ["event", "send", "e"], ["asset", "update", "a"], ["asset", "update", "a", "--partition", "p"],
    ])
    func tellsAgainUnderOneKeyWhereTheAnswerIsLost(_ words: [String]) async throws {
        try await Self.play { scheduler, loss, _ in
            try LocalFile.replace(loss, with: "")
            let said = await scheduler.chassis(words)
            #expect(said.status == .success, "\(said)")
            #expect(said.errors.contains("asking again"), "\(said)")
            #expect(await scheduler.chassis(words).status == .success)
            let keys = try await Self.keys(scheduler)
            #expect(keys.count == 3 && keys[0] == keys[1] && !keys[0].isEmpty && keys[2] != keys[0], "\(keys)")
        }
    }

    /// Told of alone, a partition has the key that it has among others.
    @Test func eachPartitionHasOneKeyHoweverManyAreToldOf() async throws {
        try await Self.play { scheduler, _, _ in
            let key = ["--idempotency-key", "load-55"]
            let days = ["2026-01-30", "2026-01-31"]
            let all = ["asset", "update", "a", "--partition", "2026-01-30..2026-01-31"] + key
            #expect(await scheduler.chassis(all).status == .success)
            for day in days {
                #expect(await scheduler.chassis(["asset", "update", "a", "--partition", day] + key).status == .success)
            }
            #expect(await scheduler.chassis(["asset", "update", "a"] + key).status == .success)
            let parts = (days + days).map { "load-55 " + $0 }
            let keys = try await Self.keys(scheduler)
            #expect(keys == parts + ["load-55"])
        }
    }

    @Test func aLongKeyAndALongPartitionMakeAKeyThatIsTaken() async throws {
        try await Self.play { scheduler, _, _ in
            let key = String(repeating: "k", count: 200)
            for letter in ["p", "q", "p"] {
                let partition = String(repeating: letter, count: 200)
                let words = ["asset", "update", "a", "--partition", partition, "--idempotency-key", key]
                #expect(await scheduler.chassis(words).status == .success)
            }
            let keys = try await Self.keys(scheduler)
            let lengths = keys.map(\.utf8.count)
            #expect((lengths.max() ?? 0) <= 255 && keys[0] == keys[2] && keys[0] != keys[1], "\(keys)")
        }
    }

    /// Whoever tells again without the key that was drawn tells twice of those that came before.
    @Test func saysWithWhichKeyTheRestIsToldOf() async throws {
        try await Self.play { scheduler, _, _ in
            let words = ["asset", "update", "a", "--partition", "one", "--partition", "refused"]
            let said = await scheduler.chassis(words)
            #expect(said.status == .refused, "\(said)")
            let key = try #require(try await Self.keys(scheduler).first)
            let given = try #require(key.split(separator: " ").first)
            #expect(said.errors.contains("1 of 2"), "\(said)")
            #expect(said.errors.contains("--idempotency-key \(given)"), "\(said)")
        }
    }

    /// A key that was used elsewhere shows by what the answer names.
    @Test func namesTheEventThatTheSchedulerAnswersWith() async throws {
        try await Self.play { scheduler, _, _ in
            let said = await scheduler.chassis("asset", "update", "warehouse/orders")
            #expect(said.output.contains("other/asset"), "\(said)")
        }
    }
}

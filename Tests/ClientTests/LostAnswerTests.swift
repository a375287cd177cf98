import Glibc
import JobModel
import Synchronization
import TestSupport
import Testing

@testable import Client

/// A scheduler did what it was asked for, and its answer is lost.
@Suite(.timeLimit(.minutes(5))) struct LostAnswerTests {
    /// Runs a test with a scheduler whose next answer to what is posted is lost.
    private func withLoss(_ body: (FakeScheduler, String) async throws -> Void) async throws {
        let directory = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        defer {
            unlink(directory + "/w.yaml")
            unlink(directory + "/loss")
            rmdir(directory)
        }
        try LocalFile.replace(directory + "/w.yaml", with: "name: w\njobs:\n  a:\n    command: [\"true\"]\n")
        try LocalFile.replace(directory + "/loss", with: "")
        let scheduler = await FakeScheduler.start(loss: directory + "/loss")
        try await body(scheduler, directory + "/w.yaml")
        await scheduler.process.killAndWait()
    }

    /// The same submission asked for twice is one run: both have one key.
    @Test(arguments: ["run", "named", "fork"]) func asksAgainForTheSameRun(_ way: String) async throws {
        try await withLoss { scheduler, file in
            let said =
                switch way {
                case "run": await scheduler.chassis("run", file)
                case "named": await scheduler.chassis("run", "w", "--named")
                default: await scheduler.chassis("fork", "12")
                }
            #expect(said.status == .success, "\(said)")
            #expect(said.errors.contains("does not answer; asking again"), "\(said)")
            let keys = try await Submissions.all(of: scheduler).map { $0["idempotency_key"]?.stringValue }
            #expect(keys.count == 2 && keys[0] == keys[1] && keys[0]?.isEmpty == false, "\(keys)")
        }
    }

    @Test func asksForAnotherRunWhereItIsCalledAgain() async throws {
        try await withLoss { scheduler, file in
            for _ in 0..<2 { #expect(await scheduler.chassis("run", file).status == .success) }
            let keys = try await Submissions.all(of: scheduler).map { $0["idempotency_key"]?.stringValue }
            #expect(keys.count == 3 && Set(keys).count == 2, "\(keys)")
        }
    }

    /// What has no key is not asked for twice, and nobody is told that there is no scheduler.
    @Test func saysOfOtherActsThatTheyMayHaveBeenDone() async throws {
        try await withLoss { scheduler, _ in
            let said = await scheduler.chassis("cancel", "14")
            #expect(said.status == .unreachable)
            #expect(said.errors.contains("may have been done"), "\(said.errors)")
            #expect(!said.errors.contains("no scheduler answers"), "\(said.errors)")
        }
    }

    @Test func saysOfActsThatDidNotArriveThatThereIsNoScheduler() async throws {
        let output = Terminal(bufferOf: nil)
        let errors = Terminal(bufferOf: nil)
        let invocation = Invocation(environment: [:], directory: "/tmp", output: output, errors: errors)
        let status = await Program.run(["cancel", "14", "--address", "http://127.0.0.1:1"], invocation)
        #expect(status == .unreachable)
        #expect(errors.written.contains("no scheduler answers at http://127.0.0.1:1"), "\(errors.written)")
    }

    /// A script finds out by the status that nothing came of it.
    @Test func endsAsRefusedWhereAllRunsOfAFilterAreLeft() async throws {
        try await withLoss { scheduler, _ in
            _ = await scheduler.chassis("cancel", "14")
            let said = await scheduler.chassis("cancel", "--workflow", "w", "--yes")
            #expect(said.status == .conflict, "\(said)")
            #expect(said.output.contains("run 12 was left: it has ended"), "\(said)")
        }
    }

    /// Whoever asks again without the key starts a second run.
    @Test func saysWithWhichKeyItIsDoneOnceWhereTheSchedulerStaysAway() async throws {
        let errors = Terminal(bufferOf: nil)
        let tries = Mutex(0)
        let error = await #expect(throws: ClientError.self) {
            try await patient(errors).submit(key: "k7") { api in
                let address = api.endpoint.address
                let isFirst = tries.withLock { tries in
                    tries += 1
                    return tries == 1
                }
                throw isFirst
                    ? ClientError.unanswered(address: address, reason: "cut")
                    : ClientError.unreachable(address: address, reason: "refused")
            }
        }
        #expect(tries.withLock { $0 } == 2)
        for text in [error?.message ?? "", errors.written] { #expect(text.contains("--idempotency-key k7"), "\(text)") }
        #expect(error?.message.contains("may have been done") == true, "\(error?.message ?? "")")
    }

    @Test func waitsForNoSchedulerThatSaysWhyItDoesNothing() async throws {
        let errors = Terminal(bufferOf: nil)
        let problem = #"{"code": "schema-unfit", "detail": "migrate first"}"#
        let refusal = ClientError.refused(Problem(status: 503, body: Array(problem.utf8), file: ""))
        await #expect(throws: refusal) {
            try await patient(errors).submit(key: "k7") { _ in throw refusal }
        }
        #expect(errors.written.isEmpty)
    }

    private func patient(_ errors: Terminal) throws -> PatientAPI {
        PatientAPI(
            api: SchedulerAPI(try Endpoint(address: "http://127.0.0.1:1", token: "good")),
            errors: errors,
            clock: ContinuousClock(),
            limit: .zero
        )
    }
}

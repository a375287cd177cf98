import Checkpoints
import JobModel
import Postgres
import Storage
import Synchronization
import Testing

@testable import Worker

@Suite struct OpenCallsTests {
    private static let waits = Suspension(waitsFor: .time, detail: "a")

    /// A call that is paid for is not cut off because another one has to wait.
    @Test(.timeLimit(.minutes(5))) func aSuspensionWaitsForWhatIsUnderWay() async throws {
        let calls = OpenCalls()
        let (begun, begins) = AsyncStream.makeStream(of: Void.self)
        let (gate, opens) = AsyncStream.makeStream(of: Void.self)
        let isDone = Mutex(false)
        async let paid: Int = calls.call {
            begins.finish()
            for await _ in gate {}
            try Task.checkCancellation()
            isDone.withLock { $0 = true }
            return 1
        }
        for await _ in begun {}
        async let waiting: Int = calls.call {
            opens.finish()
            throw Self.waits
        }
        do {
            _ = try await waiting
            Issue.record("the suspension is lost")
        } catch {
            #expect(error as? Suspension == Self.waits)
        }
        #expect(isDone.withLock { $0 })
        #expect(try await paid == 1)
        // From here on nothing is done, whatever the code makes of the error.
        await #expect(throws: Self.waits) { try await calls.call { 2 } }
        #expect(calls.end as? Suspension == Self.waits)
    }

    @Test(.timeLimit(.minutes(5))) func twoThatWaitAreWaitedForTogether() async throws {
        let calls = OpenCalls()
        let other = Suspension(waitsFor: .approval, detail: "b")
        let (begun, begins) = AsyncStream.makeStream(of: Void.self)
        let (gate, opens) = AsyncStream.makeStream(of: Void.self)
        async let first: Int = calls.call {
            begins.finish()
            for await _ in gate {}
            throw Self.waits
        }
        for await _ in begun {}
        async let second: Int = calls.call {
            opens.finish()
            throw other
        }
        do {
            _ = try await (first, second)
            Issue.record("the suspensions are lost")
        } catch {
            #expect(error is Suspension)
        }
        let end = calls.end as? Suspension
        #expect(end == Self.waits || end == other || end?.detail.contains("; ") == true)
    }

    @Test func otherErrorsEndNothing() async throws {
        let calls = OpenCalls()
        await #expect(throws: JobFailure.self) {
            try await calls.call { () async throws -> Int in throw JobFailure(code: "a", message: "b") }
        }
        #expect(calls.end == nil)
        #expect(try await calls.call { 3 } == 3)
    }

    /// What has no record may be paid for; what is built on it would be paid for again.
    @Test(arguments: [
        (CheckpointError.storeFull(path: "p") as any Error, true), (PostgresError.closed, true),
        (StorageError.serverReadOnly, true), (CheckpointError.invalidPosition("x"), false),
        (JobFailure(code: "c", message: "m"), false),
    ])
    func whatIsNotKeptEndsTheAttemptWhateverItsCodeMakesOfIt(_ error: any Error, _ ends: Bool) async throws {
        let calls = OpenCalls()
        await #expect(throws: (any Error).self) { try await calls.call { throw error } }
        #expect((calls.end != nil) == ends)
        let next = try? await calls.call { 2 }
        #expect((next == nil) == ends)
    }
}

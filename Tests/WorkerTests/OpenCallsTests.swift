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

    /// What is asked for right behind the last answer is not begun, and so not cut off: nobody else has heard of that answer.
    @Test(.timeLimit(.minutes(5)), arguments: [waits as any Error, ReleaseAtBoundary()])
    func noCallOfATaskThatMakesThemOneAfterTheOtherIsCutOff(_ stop: any Error) async throws {
        for _ in 0..<500 {
            let calls = OpenCalls()
            let (begun, begins) = AsyncStream.makeStream(of: Void.self)
            let (gate, opens) = AsyncStream.makeStream(of: Void.self)
            let cutOff = Mutex(0)
            do {
                async let paid: Void = {
                    for _ in 0..<5 {
                        try await calls.call {
                            begins.finish()
                            for await _ in gate {}
                            // Time to be cut off in.
                            for _ in 0..<20 { await Task.yield() }
                            if Task.isCancelled { cutOff.withLock { $0 += 1 } }
                        }
                    }
                }()
                for await _ in begun {}
                try await calls.call {
                    opens.finish()
                    throw stop
                }
                try await paid
                Issue.record("the stop is lost")
            } catch {
                #expect(!(error is CancellationError))
            }
            #expect(cutOff.withLock { $0 } == 0)
            #expect(calls.end != nil)
        }
    }

    /// Code that gives up its sleep goes on.
    @Test(.timeLimit(.minutes(5))) func aStopThatIsGivenUpWhileItWaitsEndsNothing() async throws {
        let calls = OpenCalls()
        let (begun, begins) = AsyncStream.makeStream(of: Void.self)
        let (gate, opens) = AsyncStream.makeStream(of: Void.self)
        async let paid: Int = calls.call {
            begins.finish()
            for await _ in gate {}
            return 1
        }
        for await _ in begun {}
        let (asleep, sleeps) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup { group in
            group.addTask {
                await #expect(throws: CancellationError.self) {
                    try await calls.call {
                        sleeps.finish()
                        throw Self.waits
                    }
                }
            }
            for await _ in asleep {}
            group.cancelAll()
        }
        opens.finish()
        #expect(try await paid == 1)
        #expect(calls.end == nil)
        #expect(try await calls.call { 2 } == 2)
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

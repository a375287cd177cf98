import Glibc
import Testing
import Threads

@Suite struct FileThreadsTests {
    private struct Refusal: Error {}

    @Test func doesAllWorkAndReturnsItsResults() async throws {
        let threads = try FileThreads()
        let sum = try await withThrowingTaskGroup { group in
            for number in 1...500 { group.addTask { try await threads.run { number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 125_250)
    }

    @Test func throwsWhatTheWorkThrows() async throws {
        let threads = try FileThreads(count: 1)
        await #expect(throws: Refusal.self) { try await threads.run { throw Refusal() } }
        #expect(try await threads.run { 1 } == 1)
    }

    /// Each piece of work blocks until all three have begun: with fewer threads it would never end.
    @Test(.timeLimit(.minutes(5))) func worksOnAsManyThingsAtOnceAsItHasThreads() async throws {
        let threads = try FileThreads(count: 3)
        let meeting = Meeting(of: 3)
        try await withThrowingTaskGroup { group in
            for _ in 0..<3 { group.addTask { try await threads.run { meeting.join() } } }
            try await group.waitForAll()
        }
    }

    /// Where threads wait, blocked, until all have come.
    ///
    /// Unchecked: a barrier is made to be shared.
    private final class Meeting: @unchecked Sendable {
        private let barrier = UnsafeMutablePointer<pthread_barrier_t>.allocate(capacity: 1)

        init(of count: UInt32) { pthread_barrier_init(barrier, nil, count) }

        deinit {
            pthread_barrier_destroy(barrier)
            barrier.deallocate()
        }

        func join() { pthread_barrier_wait(barrier) }
    }
}

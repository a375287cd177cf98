package import JobModel
import Synchronization

/// Bounds what the answers of calls together hold of a gateway's memory while they come and until they are read.
///
/// Whoever finds no room reads on when there is some again: an answer that is paid for is not thrown away for want of memory.
package final class AnswerRoom: Sendable {
    /// What an answer may have beside the room: 1 MiB.
    static let smallAnswer = 1 << 20
    /// What an answer takes of the room at a time: 256 KiB.
    static let portion = 256 << 10

    /// What an answer has of the room; given back when nobody holds it any more.
    package final class Share: Sendable {
        private let room: AnswerRoom
        private let number: Int
        private let job: JobID
        private let bytes = Mutex(0)

        fileprivate init(_ room: AnswerRoom, number: Int, job: JobID) {
            self.room = room
            self.number = number
            self.job = job
        }

        deinit { room.giveBack(share: number, job: job, bytes: bytes.withLock { $0 }) }

        /// Waits for room for an answer that has `count` bytes from here on.
        ///
        /// Only one task at a time may ask.
        ///
        /// - Throws: `CancellationError` when the task is cancelled meanwhile.
        package func hold(_ count: Int) async throws {
            let missing = count - AnswerRoom.smallAnswer - bytes.withLock { $0 }
            guard missing > 0 else { return }
            let portions = (missing + AnswerRoom.portion - 1) / AnswerRoom.portion
            let wish = AnswerRoomStateMachine.Wish(share: number, job: job, bytes: portions * AnswerRoom.portion)
            try await room.take(wish)
            bytes.withLock { $0 += wish.bytes }
        }
    }

    private struct State {
        var machine: AnswerRoomStateMachine
        var lastShare = 0
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - limit: What all answers may hold, in bytes, by default 192 MiB.
    ///   - part: What those of a single job may, by default 96 MiB.
    package init(limit: Int = 192 << 20, part: Int = BodyRoom.partOfOne) {
        state = Mutex(State(machine: AnswerRoomStateMachine(limit: limit, part: part)))
    }

    /// The share of an answer to the program of a job.
    package func share(of job: JobID) -> Share {
        let number = state.withLock { state in
            state.lastShare += 1
            return state.lastShare
        }
        return Share(self, number: number, job: job)
    }

    /// What all answers hold beyond what each may have beside the room, in bytes.
    package var held: Int { state.withLock { $0.machine.held } }
    /// How many answers wait for room.
    package var waiting: Int { state.withLock { $0.waiters.count } }

    private func take(_ wish: AnswerRoomStateMachine.Wish) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let answer: Result<Void, any Error>? = state.withLock { state in
                    // Who is cancelled before this is here has nobody that could wake it later.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.machine.wished(wish) { return .success(()) }
                    state.waiters[wish.share] = continuation
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.machine.gaveUp(share: wish.share) ? state.waiters.removeValue(forKey: wish.share) : nil
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func giveBack(share: Int, job: JobID, bytes: Int) {
        let waiters = state.withLock { state in
            let granted = state.machine.gone(share: share, job: job, bytes: bytes)
            return granted.compactMap { state.waiters.removeValue(forKey: $0) }
        }
        for waiter in waiters { waiter.resume() }
    }
}

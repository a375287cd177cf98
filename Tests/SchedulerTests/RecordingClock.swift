import Synchronization

/// A clock that stands still, on which every rest is over at once; after so many of them the task that rests is at its end.
final class RecordingClock: Clock, Sendable {
    private let rests = Mutex<[Duration]>([])
    private let most: Int

    let now = ContinuousClock.now
    var minimumResolution: Duration { .nanoseconds(1) }
    var pauses: [Duration] { rests.withLock { $0 } }

    init(most: Int) { self.most = most }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        let count = rests.withLock { rests in
            rests.append(now.duration(to: deadline))
            return rests.count
        }
        if count >= most { throw CancellationError() }
    }
}

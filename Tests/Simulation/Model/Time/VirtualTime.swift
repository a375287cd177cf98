/// The time of one history, and the one thread on which all of it runs.
///
/// Whoever sleeps is woken in the order of times, and of those of one time in the order of falling asleep. So everything
/// follows from what the history draws from its seed.
final class VirtualTime: TaskExecutor, @unchecked Sendable {
    // Unchecked: used by the thread that calls `run`, and by tasks that this runs on that thread, alone.

    private struct Sleeper {
        let time: Int
        let number: Int
        let continuation: UnsafeContinuation<Void, Never>

        func comesBefore(_ other: Sleeper) -> Bool { (time, number) < (other.time, other.number) }
    }

    /// Milliseconds since the history began.
    private(set) var now = 0
    /// How many times somebody was woken.
    private(set) var wakings = 0
    private var runnable: [UnownedJob] = []
    private var heap: [Sleeper] = []
    private var number = 0

    func enqueue(_ job: consuming ExecutorJob) { runnable.append(UnownedJob(job)) }

    /// Starts something that goes on beside the caller.
    func start(_ body: @escaping @Sendable () async -> Void) {
        Task(executorPreference: self, operation: body)
    }

    /// Waits so many milliseconds; with 0 it lets the others go first who are due now.
    func sleep(_ milliseconds: Int) async {
        await withUnsafeContinuation { continuation in
            number += 1
            push(Sleeper(time: now + milliseconds, number: number, continuation: continuation))
        }
    }

    /// Runs until nobody sleeps any more.
    ///
    /// - Parameter isOver: Asked before each waking; from then on the time stands still, and all are woken at once.
    func run(until isOver: () -> Bool) {
        runAll()
        while let sleeper = pop() {
            if !isOver() { now = sleeper.time }
            wakings += 1
            sleeper.continuation.resume()
            runAll()
        }
    }

    private func runAll() {
        var place = 0
        while place < runnable.count {
            let job = runnable[place]
            place += 1
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        runnable.removeAll(keepingCapacity: true)
    }

    private func push(_ sleeper: Sleeper) {
        heap.append(sleeper)
        var place = heap.count - 1
        while place > 0, heap[place].comesBefore(heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private func pop() -> Sleeper? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var place = 0
        while true {
            let left = 2 * place + 1
            guard left < heap.count else { return first }
            let right = left + 1
            let least = right < heap.count && heap[right].comesBefore(heap[left]) ? right : left
            guard heap[least].comesBefore(heap[place]) else { return first }
            heap.swapAt(place, least)
            place = least
        }
    }
}

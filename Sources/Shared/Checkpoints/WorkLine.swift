import Glibc

/// Work that waits for a thread, first in, first out.
///
/// Unchecked: every stored property is read and written under `mutex` alone.
final class WorkLine: @unchecked Sendable {
    typealias Work = @Sendable () -> Void

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// The work that was handed over last, in order; moved to `front`, reversed, when that is empty.
    private var back: [Work] = []
    private var front: [Work] = []
    private var isClosed = false

    init() {
        precondition(pthread_mutex_init(mutex, nil) == 0, "no mutex for file threads: out of memory")
        precondition(pthread_cond_init(changed, nil) == 0, "no condition for file threads: out of memory")
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Hands work over.
    func append(_ work: @escaping Work) {
        pthread_mutex_lock(mutex)
        back.append(work)
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Takes the next work, waiting for it; nil when the line is closed and empty.
    func next() -> Work? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if front.isEmpty {
                front = back.reversed()
                back.removeAll(keepingCapacity: true)
            }
            if let work = front.popLast() { return work }
            if isClosed { return nil }
            pthread_cond_wait(changed, mutex)
        }
    }

    /// Says that no more work will come; what waits is still done.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }
}

import Glibc

/// Where one thread waits until it is called.
///
/// Unchecked: a semaphore is made to be shared.
final class Seat: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { precondition(sem_init(semaphore, 0, 0) == 0, "no semaphore for a thread: errno \(errno)") }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Calls the thread; before it waits, or while it does.
    func call() { sem_post(semaphore) }

    /// Waits for one call.
    func wait() {
        while sem_wait(semaphore) != 0 {}  // A signal's handler ran.
    }
}

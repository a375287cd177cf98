import CLinux
import Synchronization

/// The thread on which every connection and pool of the process lives.
///
/// It waits for all sockets at once and is the serial executor of the actors, so what happens on a socket and what the
/// actors do never meet.
package final class PostgresReactor: SerialExecutor, @unchecked Sendable {
    // @unchecked: `inbox` is behind its lock; `watchers` and `timers` are touched on the reactor's thread only, which
    // every method that uses them checks.

    /// What a descriptor's owner is told: the epoll events that came.
    typealias Watcher = (UInt32) -> Void

    private enum Item {
        case job(UnownedJob)
        case action(@Sendable () -> Void)
    }

    private struct Inbox {
        var items: [Item] = []
        var sleeping = false
    }

    private struct Timer {
        let deadline: Int64
        let action: () -> Void
    }

    /// The one reactor of the process.
    package static let shared = PostgresReactor()

    private static let eventsAtOnce = 64

    private let epoll: Int32
    private let bell: Int32
    private let threadID = Atomic<UInt>(0)
    private let inbox = Mutex(Inbox())
    private var watchers: [Int32: Watcher] = [:]
    private var timers: [Timer] = []

    private init() {
        epoll = clinux_epoll_create()
        bell = clinux_eventfd_create()
        precondition(epoll >= 0 && bell >= 0, "no descriptor is left for the Postgres reactor")
        let status = clinux_epoll_add(epoll, bell, CLINUX_EPOLLIN)
        precondition(status == 0, "the Postgres reactor cannot watch its own descriptor")
        PlainThread.start(named: "postgres") { [self] in run() }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        post(.job(UnownedJob(job)))
    }

    package func checkIsolated() {
        precondition(isOnThread, "not on the Postgres reactor's thread")
    }

    package func isIsolatingCurrentContext() -> Bool? {
        isOnThread
    }

    /// Runs `action` on the reactor's thread, after what was enqueued before.
    func submit(_ action: @escaping @Sendable () -> Void) {
        post(.action(action))
    }

    /// Tells `watcher` of events on `descriptor` until `unwatch`; level-triggered.
    ///
    /// - Returns: Whether the kernel took it.
    func watch(_ descriptor: Int32, for events: UInt32, _ watcher: @escaping Watcher) -> Bool {
        checkIsolated()
        watchers[descriptor] = watcher
        return clinux_epoll_add(epoll, descriptor, events) == 0
    }

    /// Changes the events that are watched for.
    ///
    /// - Returns: Whether the kernel took it.
    func rewatch(_ descriptor: Int32, for events: UInt32) -> Bool {
        checkIsolated()
        return clinux_epoll_modify(epoll, descriptor, events) == 0
    }

    /// Ends the watching; must come before the descriptor is closed.
    func unwatch(_ descriptor: Int32) {
        checkIsolated()
        if watchers.removeValue(forKey: descriptor) != nil {
            _ = clinux_epoll_delete(epoll, descriptor)
        }
    }

    /// Runs `action` on the reactor's thread once `delay` has passed on the monotonic clock.
    func schedule(after delay: Duration, _ action: @escaping () -> Void) {
        checkIsolated()
        let (seconds, attoseconds) = delay.components
        let deadline = clinux_monotonic_ns() + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        timers.append(Timer(deadline: deadline, action: action))
    }

    private var isOnThread: Bool {
        threadID.load(ordering: .relaxed) == UInt(bitPattern: clinux_thread_id())
    }

    private func post(_ item: Item) {
        let wake = inbox.withLock { inbox in
            inbox.items.append(item)
            defer { inbox.sleeping = false }
            return inbox.sleeping
        }
        if wake { _ = clinux_eventfd_signal(bell) }
    }

    private func run() -> Never {
        threadID.store(UInt(bitPattern: clinux_thread_id()), ordering: .relaxed)
        var batch: [Item] = []
        var events = [clinux_event](repeating: clinux_event(), count: Self.eventsAtOnce)
        while true {
            let idle = inbox.withLock { inbox in
                inbox.sleeping = inbox.items.isEmpty
                return inbox.sleeping
            }
            let count = clinux_epoll_wait(
                epoll,
                &events,
                Int32(Self.eventsAtOnce),
                idle ? millisecondsToNextTimer() : 0
            )
            precondition(count >= 0, "epoll_wait refused the Postgres reactor's descriptor")

            for event in events.prefix(Int(count)) {
                if event.descriptor == bell {
                    _ = clinux_eventfd_drain(bell)
                } else {
                    watchers[event.descriptor]?(event.events)
                }
            }
            if !timers.isEmpty { fireTimers() }

            inbox.withLock { inbox in
                inbox.sleeping = false
                swap(&batch, &inbox.items)
            }
            for item in batch {
                switch item {
                case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .action(let action): action()
                }
            }
            batch.removeAll(keepingCapacity: true)
        }
    }

    private func millisecondsToNextTimer() -> Int32 {
        guard let next = timers.lazy.map(\.deadline).min() else { return -1 }
        let nanoseconds = max(0, next - clinux_monotonic_ns())
        return Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
    }

    private func fireTimers() {
        let now = clinux_monotonic_ns()
        let due = timers.filter { $0.deadline <= now }
        guard !due.isEmpty else { return }
        timers.removeAll { $0.deadline <= now }
        for timer in due.sorted(by: { $0.deadline < $1.deadline }) { timer.action() }
    }
}

import CLinux
import Synchronization
import Threads

/// The thread on which every connection and pool of the process lives.
///
/// It waits for all sockets at once and is the serial executor of the actors, so what happens on a socket and what the
/// actors do never meet.
package final class PostgresReactor: SerialExecutor, @unchecked Sendable {
    // @unchecked: `inbox` is behind its lock; `watchers` is touched on the reactor's thread only, which every method that
    // uses it checks.

    /// What a descriptor's owner is told: the epoll events that came.
    typealias Watcher = (UInt32) -> Void

    private struct Inbox {
        var jobs: [Job] = []
        var sleeping = false
    }

    /// Something to be run, of an actor or of a task that prefers this thread.
    private enum Job {
        case actor(UnownedJob)
        case task(UnownedJob)
    }

    /// Has tasks run on this thread also where they belong to no actor: what they wait for there is gone on with there.
    final class Tasks: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) { PostgresReactor.shared.add(.task(UnownedJob(job))) }
    }

    /// The one reactor of the process.
    package static let shared = PostgresReactor()

    private static let eventsAtOnce = 64

    private let epoll: Int32
    private let bell: Int32
    private let threadID = Atomic<UInt>(0)
    private let inbox = Mutex(Inbox())
    private var watchers: [Int32: Watcher] = [:]
    /// For `withTaskExecutorPreference`, around a wait of an actor of this thread.
    let tasks = Tasks()

    private init() {
        epoll = clinux_epoll_create()
        bell = clinux_eventfd_create()
        precondition(epoll >= 0 && bell >= 0, "no descriptor is left for the Postgres reactor")
        let status = clinux_epoll_add(epoll, bell, CLINUX_EPOLLIN)
        precondition(status == 0, "the Postgres reactor cannot watch its own descriptor")
        PlainThread.start(named: "postgres") { [self] in run() }
    }

    package func enqueue(_ job: consuming ExecutorJob) { add(.actor(UnownedJob(job))) }

    private func add(_ job: Job) {
        let wake = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.sleeping = false }
            return inbox.sleeping
        }
        if wake { _ = clinux_eventfd_signal(bell) }
    }

    package func checkIsolated() {
        precondition(isOnThread, "not on the Postgres reactor's thread")
    }

    package func isIsolatingCurrentContext() -> Bool? {
        isOnThread
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

    private var isOnThread: Bool {
        threadID.load(ordering: .relaxed) == UInt(bitPattern: clinux_thread_id())
    }

    private func run() -> Never {
        threadID.store(UInt(bitPattern: clinux_thread_id()), ordering: .relaxed)
        var batch: [Job] = []
        let (actors, tasks) = (asUnownedSerialExecutor(), tasks.asUnownedTaskExecutor())
        var events = [clinux_event](repeating: clinux_event(), count: Self.eventsAtOnce)
        while true {
            let idle = inbox.withLock { inbox in
                inbox.sleeping = inbox.jobs.isEmpty
                return inbox.sleeping
            }
            let count = clinux_epoll_wait(epoll, &events, Int32(Self.eventsAtOnce), idle ? -1 : 0)
            precondition(count >= 0, "epoll_wait refused the Postgres reactor's descriptor")
            // What follows on this thread need not wake it up.
            if idle { inbox.withLock { $0.sleeping = false } }

            for event in events.prefix(Int(count)) {
                if event.descriptor == bell {
                    _ = clinux_eventfd_drain(bell)
                } else {
                    watchers[event.descriptor]?(event.events)
                }
            }

            inbox.withLock { swap(&batch, &$0.jobs) }
            for job in batch {
                switch job {
                case .actor(let job): job.runSynchronously(on: actors)
                case .task(let job): job.runSynchronously(isolatedTo: actors, taskExecutor: tasks)
                }
            }
            batch.removeAll(keepingCapacity: true)
        }
    }
}

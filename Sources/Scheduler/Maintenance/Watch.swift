import ServiceLifecycle

/// Looks whenever it is told to, and every so often without that, until the process is asked to stop.
struct Watch: Sendable {
    /// How far apart two looks are that nobody asked for.
    let interval: Duration
    private let clock: any Clock<Duration>
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(interval: Duration, clock: any Clock<Duration> = ContinuousClock()) {
        self.interval = interval
        self.clock = clock
        (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Has it look now; many calls during one look are one more look.
    func wake() { wakeUp.yield() }

    /// Looks again and again, one look at a time.
    func run(_ look: @escaping @Sendable () async -> Void) async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled {
                        wakeUp.yield()
                        do { try await clock.sleep(for: interval) } catch { return }
                    }
                }
                for await _ in wakeUps { await look() }
                group.cancelAll()
            }
        }
    }
}

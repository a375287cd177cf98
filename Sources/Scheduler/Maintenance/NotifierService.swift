import ServiceLifecycle
package import Storage

/// Sends what a `ReadyNotifier` is asked to, until the process stops.
package struct NotifierService: Service {
    private let notifier: ReadyNotifier

    package init(_ notifier: ReadyNotifier) { self.notifier = notifier }

    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            do { try await notifier.run() } catch is CancellationError {}
        }
    }
}

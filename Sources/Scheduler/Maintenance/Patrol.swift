import Logging
import ServiceLifecycle
import Telemetry

/// Looks again and again for what there is to do, until the process is asked to stop.
struct Patrol {
    /// The pause after the first look that failed is twice this; it doubles with each further one.
    let shortestPause: Duration
    /// The longest pause after a look that failed.
    let longestPause: Duration
    /// What is logged of a look that failed.
    let complaint: Logger.Message
    var clock: any Clock<Duration> = ContinuousClock()
    let logger: Logger

    /// Looks, and rests as long as the look says.
    func run(_ look: @escaping @Sendable () async throws -> Duration) async {
        await cancelWhenGracefulShutdown {
            var pauseAfterFailure = shortestPause
            while !Task.isCancelled {
                var pause: Duration
                do {
                    pause = try await look()
                    pauseAfterFailure = shortestPause
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning(complaint, metadata: [LogKey.error: "\(error)"])
                    pauseAfterFailure = min(pauseAfterFailure * 2, longestPause)
                    pause = pauseAfterFailure
                }
                do { try await clock.sleep(for: pause) } catch { return }
            }
        }
    }
}

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
    let logger: Logger

    /// Looks, and rests as long as the look says.
    func run(_ look: @escaping @Sendable () async throws -> Duration) async {
        await cancelWhenGracefulShutdown {
            var pause = shortestPause
            while !Task.isCancelled {
                do {
                    pause = try await look()
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning(complaint, metadata: [LogKey.error: "\(error)"])
                    pause = min(max(pause, shortestPause) * 2, longestPause)
                }
                do { try await ContinuousClock().sleep(for: pause) } catch { return }
            }
        }
    }
}

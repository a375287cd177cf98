import Subprocess

/// Reads both streams of a program at once, or a full pipe would stop it, and watches its time.
struct Watch: Sendable {
    let lifeline: Lifeline
    let time: Duration
    let clock: any Clock<Duration>

    /// What was read until both streams ended.
    struct Streams: Sendable {
        var output: StreamCapture
        var error: StreamCapture
        var timedOut = false
    }

    private enum Event: Sendable {
        case outputEnded(StreamCapture)
        case errorEnded(StreamCapture)
        case timeIsUp
        case stoppedWaiting
    }

    typealias Source = (capture: StreamCapture, bytes: SubprocessOutputSequence)

    /// Returns when both streams have ended, which is when the guard has: it holds them open.
    func read(_ output: Source, _ error: Source) async throws -> Streams {
        try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask { .outputEnded(try await Self.drain(output)) }
            group.addTask { .errorEnded(try await Self.drain(error)) }
            group.addTask { await sleep() }
            var streams = Streams(output: output.capture, error: error.capture)
            var open = 2
            while open > 0, let event = try await group.next() {
                switch event {
                case .outputEnded(let capture):
                    streams.output = capture
                    open -= 1
                case .errorEnded(let capture):
                    streams.error = capture
                    open -= 1
                case .timeIsUp:
                    streams.timedOut = true
                    lifeline.cut()
                case .stoppedWaiting: break
                }
            }
            group.cancelAll()
            return streams
        }
    }

    private static func drain(_ source: Source) async throws -> StreamCapture {
        var capture = source.capture
        for try await buffer in source.bytes {
            capture.take(buffer.withUnsafeBytes { Array($0) })
        }
        capture.finish()
        return capture
    }

    private func sleep() async -> Event {
        do {
            try await clock.sleep(for: time)
            return .timeIsUp
        } catch {
            // Cancelled, because the program ended first or because its task was cancelled.
            return .stoppedWaiting
        }
    }
}

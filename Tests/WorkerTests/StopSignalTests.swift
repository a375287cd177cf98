import Testing

@testable import Worker

@Suite struct StopSignalTests {
    @Test func cancelsWhatRuns() async {
        let signal = StopSignal()
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        async let isCancelled = signal.cancelling {
            begin.yield()
            let (never, _) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            return Task.isCancelled
        }
        for await _ in began { break }
        signal.stop(.cancelled)
        #expect(await isCancelled)
    }

    @Test func cancelsAtOnceWhatBeginsAfterwards() async {
        let signal = StopSignal()
        signal.stop(.drained)
        async let isCancelled = signal.cancelling { Task.isCancelled }
        #expect(await isCancelled)
    }

    @Test func forgetsWhatHasEnded() async {
        let signal = StopSignal()
        async let isCancelled = {
            await signal.cancelling {}
            signal.stop(.cancelled)
            return Task.isCancelled
        }()
        #expect(await !isCancelled)
    }

    @Test func letsALostLeaseWin() {
        let signal = StopSignal()
        signal.stop(.cancelled)
        signal.stop(.drained)
        #expect(signal.reason == .cancelled)
        signal.stop(.leaseLost)
        #expect(signal.reason == .leaseLost)
    }
}

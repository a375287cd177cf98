import Testing

@testable import Worker

@Suite struct StopSignalTests {
    @Test func wakesItsWaiter() async {
        let signal = StopSignal()
        async let reason = signal.stopped()
        signal.stop(.cancelled)
        #expect(await reason == .cancelled)
    }

    @Test func answersALateWaiterAtOnce() async {
        let signal = StopSignal()
        signal.stop(.drained)
        #expect(await signal.stopped() == .drained)
    }

    @Test func letsALostLeaseWin() {
        let signal = StopSignal()
        signal.stop(.cancelled)
        signal.stop(.drained)
        #expect(signal.reason == .cancelled)
        signal.stop(.leaseLost)
        #expect(signal.reason == .leaseLost)
    }

    @Test func givesUpWaitingWhenCancelled() async {
        let signal = StopSignal()
        let task = Task { await signal.stopped() }
        task.cancel()
        #expect(await task.value == nil)
    }
}

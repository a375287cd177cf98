/// Wakes those who wait for it; a waking that nobody waits for is kept for the next one.
final class Signal: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.
    private var waiters: [UnsafeContinuation<Void, Never>] = []
    private var isGiven = false

    func give() {
        guard !waiters.isEmpty else {
            isGiven = true
            return
        }
        let woken = waiters
        waiters = []
        for waiter in woken { waiter.resume() }
    }

    func wait() async {
        guard !isGiven else {
            isGiven = false
            return
        }
        await withUnsafeContinuation { waiters.append($0) }
    }
}

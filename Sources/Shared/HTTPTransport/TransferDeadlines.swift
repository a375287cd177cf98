/// When a transfer has taken too long, told what happened and when.
///
/// The time to connect is not among them: libcurl keeps it.
struct TransferDeadlines<Instant: InstantProtocol> where Instant.Duration == Duration {
    /// How far the transfer has come.
    private(set) var phase = HTTPTransferPhase.connecting

    private let firstByteTimeout: Duration?
    private let stallTimeout: Duration?
    private let totalTimeout: Duration?
    private let startedAt: Instant
    private var drainsUntil: Instant?
    /// The last sign of life; nil while the reader holds the peer back.
    private var activeAt: Instant?
    private var uploaded: Int64 = 0

    init(request: HTTPRequest, startedAt: Instant) {
        firstByteTimeout = request.firstByteTimeout ?? request.stallTimeout
        stallTimeout = request.stallTimeout
        totalTimeout = request.totalTimeout
        self.startedAt = startedAt
        activeAt = startedAt
    }

    /// The connection stands and the request is about to be sent.
    mutating func connected(at now: Instant) {
        if phase == .connecting { phase = .waiting }
        activeAt = now
    }

    mutating func bytesArrived(at now: Instant) {
        phase = .receiving
        activeAt = now
    }

    /// The reader is behind: silence is its own doing.
    mutating func paused() { activeAt = nil }

    mutating func resumed(at now: Instant) { activeAt = now }

    /// Nobody reads any more: whatever is left has until `end`.
    mutating func abandoned(until end: Instant) { drainsUntil = end }

    /// The next moment at which `expired(at:uploaded:)` may have something to say; nil for never.
    var next: Instant? {
        [silenceEndsAt, totalTimeout.map { startedAt.advanced(by: $0) }, drainsUntil].compactMap(\.self).min()
    }

    /// What has run out at `now`, or nil.
    ///
    /// - Parameter uploaded: How many bytes of the request have been sent so far; progress counts as a sign of life.
    mutating func expired(at now: Instant, uploaded: Int64) -> HTTPTransportError? {
        if let drainsUntil, now >= drainsUntil { return .closed }
        if let totalTimeout, now >= startedAt.advanced(by: totalTimeout) {
            return .timedOut(phase, after: totalTimeout)
        }
        if phase == .waiting, uploaded > self.uploaded {
            self.uploaded = uploaded
            activeAt = now
        }
        guard let silenceEndsAt, let silence, now >= silenceEndsAt else { return nil }
        return .stalled(phase, after: silence)
    }

    private var silence: Duration? {
        switch phase {
        case .connecting: nil
        case .waiting: firstByteTimeout
        case .receiving: stallTimeout
        }
    }

    private var silenceEndsAt: Instant? {
        guard let silence, let activeAt else { return nil }
        return activeAt.advanced(by: silence)
    }
}

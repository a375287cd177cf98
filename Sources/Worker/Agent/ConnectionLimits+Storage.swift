import Settings
import Storage

extension ConnectionStore.Limits {
    /// The limits as a connection's settings say them.
    init(_ limits: ConnectionLimits) {
        self.init(
            requestsPerMinute: limits.requestsPerMinute,
            tokensPerMinute: limits.tokensPerMinute,
            concurrent: limits.concurrent
        )
    }
}
